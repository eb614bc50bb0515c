"""docs/data.md: its commands, run as written."""

import re
import shlex
from pathlib import Path

import h5py
import numpy as np
import pytest

from awac_ros.data import mixture
from awac_ros.data.store import TransitionStore
from awac_ros.tasks import Pushing

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "data.md").read_text()
LAYOUT = Pushing().layout


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch, make_file, make_episode):
    """What the page says is there."""
    make_file("demos.hdf5", range(4))
    make_file("more.hdf5", range(4, 8))
    make_file("run/demos.hdf5", range(8, 10))
    with TransitionStore(tmp_path / "run" / "store.sqlite", LAYOUT) as store:
        store.append(make_episode(11).transitions)
    with h5py.File(tmp_path / "walker.h5", "w") as file:
        file["observations"] = np.random.default_rng(0).normal(size=(50, 17))
        file["actions"] = np.random.default_rng(1).normal(size=(50, 6))
        file["rewards"], file["terminals"] = np.ones(50), np.arange(50) % 10 == 9
        file["timeouts"] = np.zeros(50)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_of_the_page_works_as_written(folder, awac, monkeypatch):
    lines = [line for block in blocks("bash") for line in block.splitlines()]
    assert len(lines) > 20
    for line in lines:
        program, group, *words = shlex.split(line)
        assert (program, group) == ("awac", "data")
        assert awac(*words)
    assert {"paths.png", "replay.mp4", "again.hdf5", "online.hdf5"} <= {each.name for each in folder.iterdir()}
    pytest.importorskip("minari", reason="minari is not installed")
    monkeypatch.setenv("MINARI_DATASETS_PATH", "out")
    (code,) = blocks("python")
    names: dict = {}
    exec(code, names)
    assert names["data"].total_episodes == 8
    (text,) = blocks("yaml")
    (folder / "prior.yaml").write_text(text)
    assert len(mixture.read(folder / "prior.yaml", LAYOUT)) > 2 * 4 * 20


def test_every_command_has_its_example():
    from awac_ros.cli.data.group import data

    named = {command.name or command.callback.__name__.rstrip("_") for command in data.registered_commands}
    shown = {shlex.split(line)[2] for block in blocks("bash") for line in block.splitlines()}
    assert shown == named


def test_every_format_stands_in_the_table():
    from awac_ros.data.formats import FORMATS

    table = TEXT[TEXT.index("## Formats") : TEXT.index("Where a file of others")]
    assert set(
        re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines() if "| `" in line))
    ) == set(FORMATS)
