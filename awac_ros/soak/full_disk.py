"""A disk that runs full: one clear sentence, what was there stays, and with room again writing goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.errors import AwacError
from awac_ros.soak.effort import Effort
from awac_ros.soak.writers import WRITERS, Writer

_SIZE = 2 * 1024 * 1024
_MOST = 10_000


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Fill a small file system with every kind of file; it needs the right to mount one."""
    told = failed = 0
    for kind in WRITERS:
        try:
            with _small_disk(folder / f"full_{kind.name}") as place:
                clear, whole = _fill(kind, place)
        except PermissionError:
            return [
                plain("full disk: skipped, since mounting a small disk needs root; kinds of file tried", 0, "kinds")
            ]
        told += clear
        failed += not whole
    return [
        at_least("full disk: kinds of file that said so in one sentence", told, "kinds", len(WRITERS)),
        at_most("full disk: kinds of file that lost something or did not go on with room again", failed, "kinds", 0),
    ]


@contextmanager
def _small_disk(place: Path) -> Iterator[Path]:
    """PermissionError where this user can't have one."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        raise PermissionError
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def _fill(kind: type[Writer], place: Path) -> tuple[bool, bool]:
    """(whether fullness was an AwacError, whether everything promised is there before and after room was made)"""
    writer, promised = kind(place), 0
    ballast = place / "ballast"
    ballast.write_bytes(bytes(_SIZE // 2))
    clear = False
    try:
        while promised < _MOST:
            if promised == 3:
                _stuff(place / "rest")
            writer.write(promised)
            promised += 1
    except AwacError as error:
        clear = str(place) in str(error) and "\n" not in str(error)
    except OSError:
        clear = False
    writer.close()
    whole = _whole(kind, place, promised)
    ballast.unlink()
    for _ in range(3):
        number = kind(place).whole(promised)
        writer = kind(place)
        writer.write(number)
        writer.close()
        promised = number + 1
    return clear, whole and _whole(kind, place, promised)


def _stuff(path: Path) -> None:
    """Leave a little room and no more."""
    room = os.statvfs(path.parent)
    free = room.f_bavail * room.f_frsize
    path.write_bytes(bytes(max(free - 60_000, 0)))


def _whole(kind: type[Writer], place: Path, promised: int) -> bool:
    try:
        return promised <= kind(place).whole(promised) <= promised + 1
    except AwacError:
        return False
