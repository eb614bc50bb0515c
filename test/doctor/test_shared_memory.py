import fcntl
import os
import time

from awac_ros.doctor import shared_memory


def test_only_old_segments_that_nobody_holds_count_as_stale(tmp_path):
    for name, age in (("a", 100.0), ("b", 100.0), ("c", 1.0)):
        lock = tmp_path / f"fastdds_{name * 16}_el"
        lock.touch()
        os.utime(lock, (time.time() - age,) * 2)
    with (tmp_path / f"fastdds_{'b' * 16}_el").open("rb") as living:
        fcntl.flock(living, fcntl.LOCK_SH)
        fcntl.flock(living, fcntl.LOCK_EX)
        assert shared_memory.stale(tmp_path) == 1
    assert shared_memory.stale(tmp_path) == 2
