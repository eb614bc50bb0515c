from pathlib import Path

import pytest

from awac_ros.doctor import disk
from awac_ros.doctor.finding import Level


def test_a_folder_that_is_not_there_yet_is_judged_by_the_one_it_will_be_made_in(tmp_path):
    kind, space, flush = disk.check(tmp_path / "runs" / "pushing")
    assert all(str(tmp_path) in finding.found for finding in (kind, space, flush))
    assert disk.flush_time(tmp_path) > 0.0


def test_a_disk_that_forgets_is_named(tmp_path):
    memory = Path("/dev/shm")
    if not memory.is_dir() or disk.file_system(memory) != "tmpfs":
        pytest.skip("/dev/shm is no tmpfs here")
    assert disk.check(memory)[0].level is Level.HURTS
    assert "forgets" in disk.check(memory)[0].found


def test_a_place_that_can_not_be_written_to_breaks_a_run():
    *_, flush = disk.check(Path("/proc"))
    assert flush.level is Level.BREAKS
    assert "can't be written" in flush.found
