"""What one start of an actor has made, on its disk until the buffer has acknowledged it."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np

from awac_ros.data.atomic import atomic_replacement
from awac_ros.data.layout import Layout
from awac_ros.data.rows import pack, row_type, unpack
from awac_ros.data.sqlite_errors import clear_sqlite_errors
from awac_ros.data.transitions import COLUMN_TYPES, Transitions
from awac_ros.errors import AwacError

_TABLES = {
    "about": "layout TEXT NOT NULL, actor_id TEXT NOT NULL, acknowledged INTEGER NOT NULL",
    "waiting": "number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, content BLOB NOT NULL",
}
"""Transitions count from 1; those up to `acknowledged` have gone, all later ones wait."""

_PATIENCE = 5.0


class JournalInUse(AwacError):
    """Its actor is alive: another process has the journal open."""


class Journal:
    """A queue of one actor's transitions in an SQLite file.

    What `append` has taken outlives a killed process; a power cut may take back what came after the last `flush`. One
    process at a time has the file open, and the system closes it for one that is killed. A journal is for one thread.
    """

    actor_id: str
    made: int
    """Transitions since the actor's start."""
    acknowledged: int
    """Of those."""

    def __init__(self, path: Path, layout: Layout, patience: float = 0.0) -> None:
        """Open the journal at `path`.

        JournalInUse if another process still has it open after `patience` s; AwacError if it is another task's,
        damaged or no journal.
        """
        self.path = Path(path)
        self._layout = layout
        self._row_type = row_type(layout)
        with _clear_errors(self.path):
            self._connection = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=patience
            )
        try:
            with _clear_errors(self.path):
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def create(cls, path: Path, layout: Layout, actor_id: str) -> Journal:
        """Make the journal of a new actor and open it; AwacError where the disk refuses."""
        with (
            _clear_errors(path),
            atomic_replacement(path) as new,
            closing(sqlite3.connect(new)) as connection,
            connection,
        ):
            # A connection that holds the file for itself can't flush before its first transaction if it sets this.
            connection.execute("PRAGMA journal_mode = WAL")
            for name, columns in _TABLES.items():
                connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.execute("INSERT INTO about VALUES (?, ?, 0)", (layout.to_json(), actor_id))
        return cls(path, layout, _PATIENCE)  # others look into it for a moment

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def waiting(self) -> int:
        """Transitions that nobody has acknowledged yet."""
        return self.made - self.acknowledged

    def append(self, transitions: Transitions) -> None:
        """Take what the actor has made; AwacError, and nothing taken, if it is not valid or the disk refuses."""
        transitions.check(self._layout, f"transitions for {self.path}")
        contents = [row.tobytes() for row in pack(transitions, self._row_type)]
        rows = [(number, self._checksum(content), content) for number, content in enumerate(contents, self.made + 1)]
        with _clear_errors(self.path), self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT INTO waiting VALUES (?, ?, ?)", rows)
        self.made += len(rows)

    def oldest(self, limit: int) -> Transitions:
        """The first of those that wait, in order, at most `limit`."""
        with _clear_errors(self.path):
            found = self._connection.execute(
                "SELECT number, checksum, content FROM waiting ORDER BY number LIMIT ?", (limit,)
            ).fetchall()
            for expected, (number, checksum, content) in enumerate(found, start=self.acknowledged + 1):
                if number != expected or type(content) is not bytes or self._checksum(content) != checksum:
                    raise sqlite3.DatabaseError(f"transition {expected} is not as it was written")
        rows = np.frombuffer(b"".join(content for _, _, content in found), self._row_type)
        return unpack(rows, np.array([self.actor_id], COLUMN_TYPES["actor_id"]))

    def forget(self, count: int) -> None:
        """The oldest `count` have been acknowledged."""
        acknowledged = self.acknowledged + count
        with _clear_errors(self.path), self._connection:
            self._connection.execute("BEGIN")
            self._connection.execute("DELETE FROM waiting WHERE number <= ?", (acknowledged,))
            self._connection.execute("UPDATE about SET acknowledged = ?", (acknowledged,))
        self.acknowledged = acknowledged

    def flush(self) -> None:
        """Wait until all of it is on the disk itself."""
        with _clear_errors(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self._connection.close()

    def _prepare(self) -> None:
        try:
            # Kept until the file is closed.
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise JournalInUse(f"{self.path} is in use by another process; wait until its actor has ended") from error
        with self._connection:
            self._read()
        # No transaction waits for the disk; only `flush` does.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")

    def _read(self) -> None:
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        about = self._connection.execute("SELECT * FROM about").fetchall() if _TABLES.keys() <= tables else []
        if len(about) != 1:
            raise sqlite3.DatabaseError("it does not say whose it is")
        found, self.actor_id, self.acknowledged = about[0]
        self._layout.check_same(Layout.from_json(found, str(self.path)), str(self.path))
        if self._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("its integrity check failed")
        newest, count = self._connection.execute("SELECT max(number), count(*) FROM waiting").fetchone()
        self.made = self.acknowledged if newest is None else newest
        if not (type(self.actor_id) is str and type(self.acknowledged) is int and self.waiting == count):
            raise sqlite3.DatabaseError("some of its transitions are missing")

    def _checksum(self, content: bytes) -> int:
        return zlib.crc32(content, zlib.crc32(self.actor_id.encode()))


def _clear_errors(path: Path) -> AbstractContextManager[None]:
    return clear_sqlite_errors(path, "journal of an actor", "move it away to go on without it")
