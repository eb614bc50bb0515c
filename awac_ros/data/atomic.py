"""Files that are either the old ones or the new ones, complete, whatever happens to the process that writes them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awac_ros.errors import AwacError


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
        try:
            yield temporary
            flush_to_disk(temporary)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_to_disk(path.parent)


@contextmanager
def clear_disk_errors(path: Path) -> Iterator[None]:
    """AwacError, naming `path`, in place of an OSError from the block."""
    try:
        yield
    except OSError as error:
        raise AwacError(f"{path}: it can't be written ({error}); check the free space and the access rights") from error


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
