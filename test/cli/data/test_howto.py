"""docs/howto/old_data.md: its commands, run as written; training itself is planned, not run."""

import re
import shlex
from pathlib import Path

from awac_ros.data import mixture
from awac_ros.nodes.graph import PUSHING
from awac_ros.tasks import Pushing

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "old_data.md").read_text()


def test_the_old_data_of_the_page_become_prior_data(tmp_path, monkeypatch, make_file, awac):
    make_file("old/demos.hdf5")
    make_file("runs/mine/demos.hdf5", range(4, 6))
    monkeypatch.chdir(tmp_path)
    lines = [line for block in re.findall(r"^```bash\n(.*?)^```", TEXT, re.M | re.S) for line in block.splitlines()]
    for line in lines:
        program, command, *words = shlex.split(line)
        assert program == "awac"
        if command == "data":
            assert awac(*words)
        else:
            assert (command, words) == ("train", ["--out", "runs/second", "--prior", "prior.hdf5"])
    (launched,) = re.findall(r"`awac up pushing (mode:=train[^`]*)`", TEXT)
    assert {"buffer", "learner"} < {start.name for start in PUSHING.plan(PUSHING.parse(launched.split()))}
    (text,) = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S)
    Path("prior.yaml").write_text(text)
    assert len(mixture.read(Path("prior.yaml"), Pushing().layout)) == (4 + 2 * 2) * 20
