"""Shared memory that killed nodes leave behind in /dev/shm."""

from __future__ import annotations

import fcntl
import os
import re
import time
from pathlib import Path

_LOCK = re.compile(r"fastdds_[0-9a-z]{16}_el")
_YOUNG = 60.0


def remove_stale_segments(folder: Path = Path("/dev/shm")) -> int:
    """Remove Fast DDS's segments that are our own, older than a minute, and locked by no living process; how many.

    Every living participant holds a lock on its segment's lock file, so no graph in use is touched.
    """
    removed = 0
    for lock in folder.glob("fastdds_*_el"):
        if not _LOCK.fullmatch(lock.name):
            continue
        try:
            about = lock.stat()
            if about.st_uid != os.getuid() or time.time() - about.st_mtime < _YOUNG:
                continue
            with lock.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                lock.with_name(lock.name.removesuffix("_el")).unlink(missing_ok=True)
                lock.unlink(missing_ok=True)
        except (FileNotFoundError, BlockingIOError):
            continue
        removed += 1
    return removed
