"""The disk under the runs: every acknowledged transition waits for it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from awac_ros.doctor.finding import Finding, judge

_WRITES = 40
_SLOW = 0.02
"""s: a fifth of a control period of 0.1 s."""
_ROOM = 2 * 2**30
"""Bytes: a pushing run with its checkpoints takes a tenth of it."""
_NETWORKED = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs")
_FORGETFUL = ("tmpfs", "ramfs")


def check(folder: Path) -> list[Finding]:
    """Is the folder on a disk of this machine, with room, and how long does a flush take?"""
    place = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.is_dir())
    kind, free = file_system(place), shutil.disk_usage(place).free
    flush = flush_time(place)
    return [
        judge(
            "file system",
            f"{place} is on {kind}"
            + (", where SQLite can't lock its journal" if kind in _NETWORKED else "")
            + (", which forgets everything with the machine" if kind in _FORGETFUL else ""),
            "keep runs on a local disk (ext4, xfs, btrfs) and copy them away afterwards",
            breaks=kind in _NETWORKED,
            hurts=kind in _FORGETFUL,
        ),
        judge(
            "disk space",
            f"{place} has {free / 2**30:.1f} GiB free",
            "free some, or name another folder as out",
            breaks=free < _ROOM / 20,
            hurts=free < _ROOM,
        ),
        judge(
            "flush to disk",
            f"a flush (fsync) in {place} takes {flush * 1e3:.1f} ms"
            if flush is not None
            else f"{place} can't be written to",
            "keep runs on an SSD; the buffer acknowledges nothing before it is flushed",
            breaks=flush is None,
            hurts=flush is not None and flush > _SLOW,
        ),
    ]


def flush_time(folder: Path) -> float | None:
    """s, the median of some appends of 4 KiB with their fsync; None where nothing can be written."""
    times = []
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            for _ in range(_WRITES):
                began = time.perf_counter()
                file.write(bytes(4096))
                file.flush()
                os.fsync(file.fileno())
                times.append(time.perf_counter() - began)
    except OSError:
        return None
    return float(np.median(times))


def file_system(folder: Path) -> str:
    """The type of the file system that holds the folder, as /proc/mounts names it."""
    device = folder.stat().st_dev
    kinds = {}
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        kinds[place.encode().decode("unicode_escape")] = kind
    return next(
        kinds[str(parent)]
        for parent in (folder.resolve(), *folder.resolve().parents)
        if str(parent) in kinds and (parent.stat().st_dev == device or parent == Path("/"))
    )
