"""docs/howto/gamepad.md: no gamepad is here, so that its launches are planned and its changes to the mapping read."""

import re
import shlex
import shutil
from pathlib import Path

import yaml

from awac_ros.data import EpisodeBuilder, Outcome, demos
from awac_ros.nodes.devices.mapping import JoystickMapping, load
from awac_ros.nodes.graph import PUSHING
from awac_ros.resources import resource
from awac_ros.tasks import Pushing

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "howto" / "gamepad.md").read_text()


def test_every_command_of_the_page_starts_the_gamepads_node(tmp_path: Path, monkeypatch) -> None:
    builder = EpisodeBuilder("a" * 32, 0)
    builder.add([0.0] * 8, [0.0] * 2, 0.0, [0.0] * 8, truncated=True, step_time=0.0)
    demos.write(tmp_path / "runs/pad/demos.hdf5", Pushing().layout, [builder.finish(Outcome.SUCCESS)])
    (tmp_path / "config").mkdir()
    shutil.copy(resource("config/teleop_gamepad.yaml"), tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    lines = [line for block in re.findall(r"^```bash\n(.*?)^```", TEXT, re.M | re.S) for line in block.splitlines()]
    assert len(lines) == 4
    for line in lines:
        program, *words = shlex.split(line)
        if program == "cp":
            shutil.copy(*words)
            continue
        assert (program, *words[:2]) == ("awac", "up", "pushing")
        (teleop,) = [start for start in PUSHING.plan(PUSHING.parse(words[2:])) if start.name == "teleop"]
        assert teleop.parameters["device"] == "gamepad"
        if name := teleop.parameters.get("mapping"):
            assert load(Path(name), JoystickMapping).speed == 0.2


def test_every_change_that_the_page_names_is_one_that_the_mapping_takes(tmp_path: Path) -> None:
    named = dict(re.findall(r"`(heading|speed|dead_man):\s+(\S+)`", TEXT))
    assert set(named) == {"heading", "speed", "dead_man"}
    values = yaml.safe_load(resource("config/teleop_gamepad.yaml").read_text())
    values |= {key: yaml.safe_load(text) for key, text in named.items()}
    (tmp_path / "my_pad.yaml").write_text(yaml.safe_dump(values))
    mapping = load(tmp_path / "my_pad.yaml", JoystickMapping)
    assert (mapping.heading, mapping.speed, mapping.dead_man) == (180.0, 0.1, "deflection")
