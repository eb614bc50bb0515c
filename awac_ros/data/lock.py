"""One process at a time in a folder; the lock goes with the process that holds it, however that one ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awac_ros.errors import AwacError


@contextmanager
def locked(folder: Path, name: str = "lock") -> Iterator[None]:
    """Keep every other holder of the lock `name` out of this folder; AwacError where there already is one."""
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AwacError(f"{folder} is in use by another process; wait or name another folder as out") from error
        yield
