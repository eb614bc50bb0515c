import json

import numpy as np
import pytest
from typer.testing import CliRunner

from awac_ros.cli import app
from awac_ros.data import EpisodeBuilder, Outcome, demos
from awac_ros.tasks import Pushing

TASK = Pushing()


@pytest.fixture
def make_episode():
    """make_episode(number): the hand pushes the puck straight on; every second one ends at its goal."""

    def make(number, steps=20):
        builder = EpisodeBuilder(f"{number:08x}" + 24 * "0", number)
        y = 0.01 * number
        goal = 0.56 + 0.01 * steps if number % 2 else 0.4
        path = [[0.5 + 0.01 * i, y, 0.56 + 0.01 * i, y, goal, y, goal, y] for i in range(steps + 1)]
        rows = np.array(path, np.float32)
        for i in range(steps):
            builder.add(
                rows[i],
                [0.5, 0.01 * i],
                float(TASK.reward(rows[i + 1])),
                rows[i + 1],
                truncated=i == steps - 1,
                step_time=100.0 + 0.1 * i,
            )
        return builder.finish(Outcome.SUCCESS if number % 2 else Outcome.FAILURE)

    return make


@pytest.fixture
def make_file(tmp_path, make_episode):
    """make_file(name, numbers): a file of demonstrations of pushing."""

    def make(name="old.hdf5", numbers=range(4)):
        demos.write(tmp_path / name, TASK.layout, [make_episode(number) for number in numbers])
        return tmp_path / name

    return make


@pytest.fixture
def awac():
    """awac(*words): what `awac data ...` prints; it must end with 0."""

    def run(*words, code=0):
        result = CliRunner().invoke(app, ["data", *map(str, words)])
        assert result.exit_code == code, result.output
        return result.stdout

    return run


@pytest.fixture
def awac_json(awac):
    """The same with --json, read."""
    return lambda *words, code=0: json.loads(awac(*words, "--json", code=code))


@pytest.fixture
def refused():
    """refused(*words): the one sentence on stderr of a command that must be refused."""

    def run(*words):
        result = CliRunner().invoke(app, ["data", *map(str, words)])
        assert result.exit_code == 2 and "Traceback" not in result.output
        (sentence,) = result.stderr.strip().splitlines()
        return sentence

    return run
