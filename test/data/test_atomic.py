import os
import time

import pytest

from awac_ros.data.atomic import atomic_replacement, atomic_write
from awac_ros.errors import AwacError


def test_write_replaces_the_content_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "runs" / "weights.bin"
    atomic_write(path, b"old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_while_writing_leaves_the_old_content(tmp_path):
    path = tmp_path / "weights.bin"
    atomic_write(path, b"old")
    with pytest.raises(RuntimeError), atomic_replacement(path) as temporary:
        temporary.write_bytes(b"half of the n")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_content_stays_in_place_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "weights.bin"
    atomic_write(path, b"old")
    with atomic_replacement(path) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_what_a_killed_writer_left_is_swept_away_after_an_hour_and_no_other_file(tmp_path):
    path = tmp_path / "weights.bin"
    others = [".weights.bin.0a1b2c3d.tmp", ".weights.bin.ffffffff.tmp", ".other.bin.0a1b2c3d.tmp", "letter.tmp"]
    for name, age in zip(others, (3700.0, 60.0, 3700.0, 3700.0), strict=True):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    atomic_write(path, b"new")
    assert {file.name for file in tmp_path.iterdir()} == {"weights.bin", *others[1:]}


def test_a_place_that_can_not_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(AwacError, match=r"file/weights\.bin: it can't be written .*check the free space"):
        atomic_write(tmp_path / "file" / "weights.bin", b"new")
