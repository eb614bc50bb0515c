"""The smoke study, and processes of it as `crew.py` starts them."""

import subprocess
import sys
from dataclasses import replace

import pytest

from awac_ros.studies import prior
from awac_ros.studies.catalog import STUDIES
from awac_ros.studies.folder import StudyFolder


@pytest.fixture(scope="session")
def smoke():
    return replace(STUDIES["smoke"], seeds=1)


@pytest.fixture(scope="session")
def smoke_prior(smoke):
    return prior.make_prior(smoke, 0, None, print)


@pytest.fixture
def folder(smoke, smoke_prior, tmp_path):
    """A study's folder with its prior data and nothing else."""
    made = StudyFolder(tmp_path / "study")
    made.open(smoke)
    prior.save(made.prior(0), smoke_prior)
    return made


@pytest.fixture
def start():
    """Start one process of a study; its output comes line by line from `stdout`."""
    started = []

    def starter(*arguments):
        words = [sys.executable, "-m", "awac_ros.studies", *map(str, arguments)]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield starter
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
