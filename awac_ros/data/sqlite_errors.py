"""SQLite's errors, in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awac_ros.errors import AwacError


@contextmanager
def clear_sqlite_errors(path: Path, kind: str, way_out: str) -> Iterator[None]:
    """AwacError, naming `path`, in place of what SQLite or the disk raises in the block.

    `kind` says what the file should be, `way_out` what to do with a damaged one.
    """
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        raise AwacError(
            f"{path}: the {kind} can't be read or written ({error}); "
            "check the free space, the access rights and who else has it open"
        ) from error
    except sqlite3.ProgrammingError:
        raise
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise AwacError(f"{path} is damaged or no {kind} ({error}); {way_out}") from error
