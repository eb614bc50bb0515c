"""Every transition that was ever acknowledged, in the order of arrival, in one SQLite file."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np

from awac_ros.data.atomic import flush_to_disk
from awac_ros.data.layout import Layout
from awac_ros.data.rows import pack, row_type, unpack
from awac_ros.data.sqlite_errors import clear_sqlite_errors
from awac_ros.data.transitions import COLUMN_TYPES, Transitions
from awac_ros.errors import AwacError

_TABLES = {
    "layout": "json TEXT NOT NULL)",
    "actors": "number INTEGER PRIMARY KEY, actor_id TEXT NOT NULL UNIQUE)",
    "keys": "actor INTEGER, episode INTEGER, step INTEGER, PRIMARY KEY (actor, episode, step)) WITHOUT ROWID",
    "chunks": "first INTEGER PRIMARY KEY, size INTEGER NOT NULL, checksum INTEGER NOT NULL, content BLOB NOT NULL)",
}
"""A transition has its key in keys and its content in a chunk, whose `first` is the cursor of its first transition."""

_MAGIC = b"SQLite format 3\x00"

_CHUNK_SIZE = 1000
"""Transitions in a chunk at most, so that reading a few of them stays cheap."""


class TransitionStore:
    """The durable store of one task's transitions.

    What `append` has counted is on the disk and survives a killed process or a power cut; a key (actor_id, episode,
    step) is stored once, however often it is sent. Nothing is ever changed or removed: the n-th transition keeps the
    cursor n. A store object is for one thread; other processes may read or append to the file at the same time.
    """

    def __init__(self, path: Path, layout: Layout, *, read_only: bool = False) -> None:
        """Open the store at `path`; without `read_only` it is made where there is none.

        AwacError if the file holds another task's transitions, is damaged or is no store.
        """
        self._path = Path(path)
        self._layout = layout
        self._row_type = row_type(layout)
        self._duplicates = 0
        if read_only and not self._path.is_file():
            raise AwacError(f"{path}: there is no transition store here; correct the path or start the buffer first")
        mode = "ro" if read_only else "rwc"
        with self._clear_errors():
            if not read_only:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                f"{self._path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None
            )
        try:
            with self._clear_errors():
                self._prepare(read_only)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> TransitionStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def total(self) -> int:
        """Transitions in the store."""
        with self._clear_errors():
            last = self._connection.execute(
                "SELECT first + size - 1, length(content) = size * ? FROM chunks ORDER BY first DESC LIMIT 1",
                (self._row_type.itemsize,),
            ).fetchone()
            if last and not (type(last[0]) is int and last[1]):
                raise sqlite3.DatabaseError("its last transitions are not as they were written")
            return last[0] if last else 0

    @property
    def duplicates(self) -> int:
        """Transitions dropped since opening because their key was stored already."""
        return self._duplicates

    def append(self, transitions: Transitions) -> int:
        """Store what is new, on disk when this returns, and say how many were new.

        AwacError, and nothing stored, if anything in `transitions` doesn't fit the layout or the disk refuses.
        """
        transitions.check(self._layout, f"transitions for {self._path}")
        rows = pack(transitions, self._row_type)
        with self._clear_errors(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            rows["actor"] = self._actor_numbers(transitions.actor_id.tolist())
            keys = zip(*(rows[name].tolist() for name in ("actor", "episode", "step")), strict=True)
            insert = "INSERT OR IGNORE INTO keys VALUES (?, ?, ?)"
            new = rows[np.array([self._connection.execute(insert, key).rowcount for key in keys], bool)]
            total = self.total
            for start in range(0, len(new), _CHUNK_SIZE):
                content = new[start : start + _CHUNK_SIZE].tobytes()
                size = len(content) // new.itemsize
                self._connection.execute(
                    "INSERT INTO chunks VALUES (?, ?, ?, ?)", (total + start + 1, size, zlib.crc32(content), content)
                )
        self._duplicates += len(rows) - len(new)
        return len(new)

    def since(self, cursor: int, limit: int) -> tuple[Transitions, int]:
        """At most `limit` transitions after `cursor`, in order, and the cursor to go on from; 0 is before the first."""
        rows, actor_ids, end = self.rows_since(cursor, limit)
        return unpack(rows, actor_ids), end

    def rows_since(self, cursor: int, limit: int) -> tuple[np.ndarray, np.ndarray, int]:
        """As `since`, packed: rows (N,) of the layout's row_type, the ids of the actors they number, the cursor."""
        with self._clear_errors():
            total = self.total
            if cursor > total:
                raise AwacError(
                    f"{self._path}: cursor {cursor} lies beyond the {total} transitions stored here, so it belongs to "
                    "another store; start again from cursor 0 or give the store it came from"
                )
            end = min(cursor + limit, total)
            if end == cursor:
                return np.zeros(0, self._row_type), _actor_ids([]), cursor
            chunks = self._connection.execute(
                "SELECT first, checksum, content FROM chunks WHERE first <= ? "
                "AND first >= (SELECT max(first) FROM chunks WHERE first <= ?) ORDER BY first",
                (end, cursor + 1),
            ).fetchall()
            actors = self._connection.execute("SELECT actor_id FROM actors ORDER BY number").fetchall()
            for first, checksum, content in chunks:
                if type(content) is not bytes or zlib.crc32(content) != checksum:
                    raise sqlite3.DatabaseError(f"transition {first} and those after it are not as they were written")
            rows = np.frombuffer(b"".join(content for _, _, content in chunks), self._row_type)
            skipped = cursor + 1 - chunks[0][0] if chunks else 0
            rows = rows[skipped : skipped + end - cursor]
            if len(rows) < end - cursor or rows["actor"].max() > len(actors):
                raise sqlite3.DatabaseError(
                    f"some of the transitions {cursor + 1} to {end}, or their actors, are missing"
                )
        return rows, _actor_ids([actor_id for (actor_id,) in actors]), end

    def _prepare(self, read_only: bool) -> None:
        with self._connection as connection:
            connection.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables and not read_only and self._path.stat().st_size == 0:
                for name, columns in _TABLES.items():
                    connection.execute(f"CREATE TABLE {name} ({columns}")
                connection.execute("INSERT INTO layout VALUES (?)", (self._layout.to_json(),))
            elif not _TABLES.keys() <= tables:
                raise AwacError(f"{self._path} exists but is no transition store; choose another path")
            found = connection.execute("SELECT json FROM layout").fetchone()
            self._layout.check_same(Layout.from_json(found and found[0], str(self._path)), str(self._path))
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("its integrity check failed")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            flush_to_disk(self._path.parent)

    def _actor_numbers(self, actor_ids: list[str]) -> list[int]:
        """The number of each actor in the table of actors, entered there if it is new."""
        numbers = {}
        for actor_id in set(actor_ids):
            self._connection.execute("INSERT OR IGNORE INTO actors (actor_id) VALUES (?)", (actor_id,))
            found = self._connection.execute("SELECT number FROM actors WHERE actor_id = ?", (actor_id,))
            numbers[actor_id] = found.fetchone()[0]
        return [numbers[actor_id] for actor_id in actor_ids]

    def _clear_errors(self) -> AbstractContextManager[None]:
        return clear_sqlite_errors(self._path, "transition store", "restore a copy or choose another path")


def _actor_ids(entered: list[str]) -> np.ndarray:
    """The ids by number; numbers count from 1."""
    return np.array(["", *entered], COLUMN_TYPES["actor_id"])


def stored_layout(path: Path) -> Layout:
    """The layout of the store at `path`; AwacError if there is no store, or a damaged one."""
    path = Path(path)
    if not is_store(path):
        raise AwacError(f"{path}: there is no transition store here; correct the path or start the buffer first")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            ((found,),) = connection.execute("SELECT json FROM layout").fetchall()
    except (sqlite3.Error, ValueError) as error:
        raise AwacError(
            f"{path} is damaged or no transition store ({error}); restore a copy or choose another path"
        ) from error
    return Layout.from_json(found, str(path))


def is_store(path: Path) -> bool:
    """Whether the file at `path` begins as every SQLite database does."""
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC
