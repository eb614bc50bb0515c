"""/dev/shm, through which nodes on one machine talk."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path

from awac_ros.doctor.finding import Finding, judge

FOLDER = Path("/dev/shm")
_NEEDED = 64 * 1024 * 1024
"""Bytes: a graph of ten nodes at Fast DDS's half megabyte a segment, many times over."""
_YOUNG = 60.0
_MANY = 50


def check(folder: Path) -> list[Finding]:
    """Is there room, and is it not full of what killed nodes left behind?"""
    if not FOLDER.is_dir() or not os.access(FOLDER, os.W_OK):
        found = f"{FOLDER} is not there or can't be written, so every message takes the slow way through the network"
        return [judge("shared memory", found, "mount it: mount -t tmpfs tmpfs /dev/shm", hurts=True)]
    free, left = shutil.disk_usage(FOLDER).free, stale(FOLDER)
    return [
        judge(
            "shared memory",
            f"{FOLDER} has {free // 2**20:,} MiB free; a graph needs {_NEEDED // 2**20}",
            "give it more: mount -o remount,size=1G /dev/shm, or docker run --shm-size=1g",
            breaks=free < _NEEDED,
        ),
        judge(
            "stale segments",
            f"{left} segments of killed nodes lie in {FOLDER}",
            "remove them while no graph is running: rm /dev/shm/fastdds_* /dev/shm/sem.fastdds_*",
            hurts=left > _MANY,
        ),
    ]


def stale(folder: Path) -> int:
    """Segments of Fast DDS that are older than a minute and that no living process holds a lock on."""
    count = 0
    for lock in folder.glob("fastdds_*_el"):
        try:
            if time.time() - lock.stat().st_mtime < _YOUNG:
                continue
            with lock.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:  # in use, another user's, or just gone
            continue
        count += 1
    return count
