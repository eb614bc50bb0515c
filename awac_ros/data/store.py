"""Every transition that was ever acknowledged, in the order of arrival, in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path

import numpy as np

from awac_ros.data.atomic import flush_to_disk
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import COLUMN_TYPES, Transitions, row_shapes
from awac_ros.errors import AwacError

_TABLES = {
    "layout": "json TEXT NOT NULL",
    "actors": "number INTEGER PRIMARY KEY, actor_id TEXT NOT NULL UNIQUE",
    "transitions": "cursor INTEGER PRIMARY KEY, actor INTEGER NOT NULL, episode INTEGER NOT NULL, "
    "step INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (actor, episode, step)",
}


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
        self._row_type = _row_type(layout)
        self._duplicates = 0
        if not read_only:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        elif not self._path.is_file():
            raise AwacError(f"{path}: there is no transition store here; correct the path or start the buffer first")
        mode = "ro" if read_only else "rwc"
        with self._clear_errors():
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
            return self._connection.execute("SELECT coalesce(max(cursor), 0) FROM transitions").fetchone()[0]

    @property
    def duplicates(self) -> int:
        """Transitions dropped since opening because their key was stored already."""
        return self._duplicates

    def append(self, transitions: Transitions) -> int:
        """Store what is new, on disk when this returns, and say how many were new.

        AwacError, and nothing stored, if anything in `transitions` doesn't fit the layout or the disk refuses.
        """
        transitions.check(self._layout, f"transitions for {self._path}")
        rows = np.empty(len(transitions), self._row_type)
        for name in COLUMN_TYPES.keys() - {"actor_id"}:
            rows[name] = getattr(transitions, name)
        with self._clear_errors(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            rows["actor"] = self._actor_numbers(transitions.actor_id)
            keys = (rows[name].tolist() for name in ("actor", "episode", "step"))
            content, size = rows.tobytes(), rows.itemsize
            contents = (content[start : start + size] for start in range(0, len(content), size))
            added = self._connection.executemany(
                "INSERT OR IGNORE INTO transitions (actor, episode, step, content) VALUES (?, ?, ?, ?)",
                zip(*keys, contents, strict=True),
            ).rowcount
        self._duplicates += len(rows) - added
        return added

    def since(self, cursor: int, limit: int) -> tuple[Transitions, int]:
        """At most `limit` transitions after `cursor`, in order, and the cursor to go on from; 0 is before the first."""
        with self._clear_errors():
            total = self.total
            if cursor > total:
                raise AwacError(
                    f"{self._path}: cursor {cursor} lies beyond the {total} transitions stored here, so it belongs to "
                    "another store; start again from cursor 0 or give the store it came from"
                )
            end = min(cursor + limit, total)
            contents = self._connection.execute(
                "SELECT content FROM transitions WHERE cursor > ? AND cursor <= ? ORDER BY cursor", (cursor, end)
            ).fetchall()
            actors = self._connection.execute("SELECT actor_id FROM actors ORDER BY number").fetchall()
        content = b"".join(map(itemgetter(0), contents))
        if len(content) != (end - cursor) * self._row_type.itemsize:
            raise AwacError(f"{self._path} is damaged: transitions after {cursor} are missing or cut; restore a copy")
        rows = np.frombuffer(content, self._row_type)
        columns = {name: rows[name].copy() for name in COLUMN_TYPES.keys() - {"actor_id"}}
        actor_ids = np.array([actor_id for (actor_id,) in actors], COLUMN_TYPES["actor_id"])
        return Transitions(actor_id=actor_ids[rows["actor"] - 1], **columns), end

    def _prepare(self, read_only: bool) -> None:
        with self._connection as connection:
            connection.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not tables and not read_only:
                for name, columns in _TABLES.items():
                    connection.execute(f"CREATE TABLE {name} ({columns})")
                connection.execute("INSERT INTO layout VALUES (?)", (self._layout.to_json(),))
            elif not _TABLES.keys() <= tables:
                raise AwacError(f"{self._path} is a database but no transition store; choose another path")
            ((found,),) = connection.execute("SELECT json FROM layout").fetchall()
            self._layout.check_same(Layout.from_json(found), str(self._path))
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("its integrity check failed")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            flush_to_disk(self._path.parent)

    def _actor_numbers(self, actor_ids: np.ndarray) -> np.ndarray:
        """(N,) int: the number of each actor in the table of actors, entered there if it is new."""
        distinct, which = np.unique(actor_ids, return_inverse=True)
        numbers = []
        for actor_id in distinct.tolist():
            self._connection.execute("INSERT OR IGNORE INTO actors (actor_id) VALUES (?)", (actor_id,))
            found = self._connection.execute("SELECT number FROM actors WHERE actor_id = ?", (actor_id,))
            numbers.append(found.fetchone()[0])
        return np.array(numbers, np.int64)[which]

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise AwacError(
                f"{self._path}: the store can't be read or written ({error}); "
                "check the free space, the access rights and who else has it open"
            ) from error
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.DatabaseError as error:
            raise AwacError(
                f"{self._path} is damaged or no transition store ({error}); restore a copy or choose another path"
            ) from error


def _row_type(layout: Layout) -> np.dtype:
    """One stored transition: the columns of Transitions, little-endian and packed, with a number for the actor's id."""
    shapes = row_shapes(layout)
    kinds = COLUMN_TYPES | {"actor_id": np.int64}
    return np.dtype(
        [
            ("actor" if name == "actor_id" else name, np.dtype(kind).newbyteorder("<"), shapes[name])
            for name, kind in kinds.items()
        ]
    )
