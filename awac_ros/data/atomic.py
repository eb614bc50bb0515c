"""Files and folders that are the old ones or the new ones, complete, whatever happens to the process that writes."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from awac_ros.errors import AwacError

_ABANDONED = 3600.0


@contextmanager
def atomic_replacement(path: Path) -> Iterator[Path]:
    """Yield a path in the same folder to write to; leaving the block flushes that file and puts it in place of `path`.

    Missing folders are made. An exception inside the block leaves `path` as it was and removes the new file; AwacError
    where the disk refuses.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with clear_disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        try:
            yield temporary
            flush_to_disk(temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_to_disk(path.parent)


def _sweep(path: Path) -> None:
    """Remove what killed processes left beside `path`; an hour is longer than any file takes to write."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.????????.tmp"):
        with suppress(FileNotFoundError):  # another process swept it
            if time.time() - leftover.stat().st_mtime > _ABANDONED:
                leftover.unlink()


@contextmanager
def clear_disk_errors(path: Path) -> Iterator[None]:
    """AwacError, naming `path`, in place of an OSError from the block."""
    try:
        yield
    except OSError as error:
        raise AwacError(f"{path}: it can't be written ({error}); check the free space and the access rights") from error


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a path of the same name for a folder to make; leaving the block flushes that folder and moves it to `path`.

    Nothing may be at `path`. Missing parents are made. An exception inside the block removes the new folder.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    around = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    around.mkdir()
    try:
        yield around / path.name
        for item in around.rglob("*"):
            flush_to_disk(item)
        (around / path.name).rename(path)
    finally:
        shutil.rmtree(around)
    flush_to_disk(path.parent)


def atomic_write(path: Path, content: bytes) -> None:
    """Make `content` the whole content of `path`, on disk when this returns."""
    with atomic_replacement(path) as temporary:
        temporary.write_bytes(content)


def flush_to_disk(path: Path) -> None:
    """Wait until the file or folder at `path` is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
