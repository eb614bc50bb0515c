"""In processes of their own: the readers are forked, which a process that has run torch or ROS can't be."""

import subprocess
import sys
from pathlib import Path

import pytest

from awac_ros.soak.readers import READERS, Reader

CARELESS = """
import os, pickle, sys, time
from pathlib import Path
from awac_ros.soak import damaged_files
from awac_ros.soak.readers import Reader

class Careless(Reader):
    name, file = "careless", "file"

    def make(self, folder):
        (folder / self.file).write_bytes(b"something")

    def read(self, folder):
        match sys.argv[2]:
            case "unclear":
                raise ValueError("a word of Python's")
            case "executed":
                pickle.loads(pickle.dumps(Careless))
            case "crashed":
                os.abort()
            case "hung":
                time.sleep(60.0)

damaged_files._PATIENCE = 1.0
print(dict(damaged_files._read_many(Careless(), 2, [0], Path(sys.argv[1]))))
"""
MEASURE = """
import sys
from dataclasses import replace
from pathlib import Path
from awac_ros.soak import damaged_files
from awac_ros.soak.effort import SHORT

measures = damaged_files.measure(replace(SHORT, files_mutated=90), 1, Path(sys.argv[1]))
print([measure.name for measure in measures if not measure.holds], measures[0].value >= 90)
"""


def output(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: f"{reader.name} {reader.file}")
def test_the_good_files_are_read(tmp_path: Path, reader: Reader):
    reader.make(tmp_path)
    reader.read(tmp_path)


def test_damaged_files_of_every_kind_are_refused_in_one_sentence(tmp_path: Path):
    assert output(MEASURE, tmp_path) == "[] True\n"


@pytest.mark.parametrize("fault", ["unclear", "executed", "crashed", "hung"])
def test_a_careless_reader_is_caught_and_the_file_is_kept(tmp_path: Path, fault: str):
    assert output(CARELESS, tmp_path, fault) == f"{{'{fault}': 2}}\n"
    assert sorted(path.name for path in tmp_path.glob("kept_*")) == ["kept_0", "kept_1"]
