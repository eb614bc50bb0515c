import fcntl
import os
from pathlib import Path

from awac_ros.nodes.shared_memory import remove_stale_segments

NAME = "fastdds_0123456789abcdef"


def segment(folder: Path, age: float) -> tuple[Path, Path]:
    paths = folder / NAME, folder / f"{NAME}_el"
    for path in paths:
        path.write_bytes(b"")
        then = path.stat().st_mtime - age
        os.utime(path, (then, then))
    return paths


def test_a_segment_that_nobody_holds_is_removed(tmp_path: Path) -> None:
    segment(tmp_path, age=120.0)
    assert remove_stale_segments(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_segment_in_use_stays(tmp_path: Path) -> None:
    memory, lock = segment(tmp_path, age=120.0)
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert remove_stale_segments(tmp_path) == 0
    assert memory.exists()


def test_a_young_segment_stays(tmp_path: Path) -> None:
    memory, _ = segment(tmp_path, age=1.0)
    assert remove_stale_segments(tmp_path) == 0
    assert memory.exists()


def test_other_files_stay(tmp_path: Path) -> None:
    port = tmp_path / "fastdds_port7411_el"
    port.write_bytes(b"")
    os.utime(port, (0, 0))
    assert remove_stale_segments(tmp_path) == 0
    assert port.exists()
