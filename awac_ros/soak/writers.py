"""What writes durable files, and how to see that they are whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from awac_ros.data import Transitions, demos
from awac_ros.data.demos import DemoWriter
from awac_ros.data.journal import Journal
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.soak import records


class Writer(ABC):
    """Writes records 0, 1, 2, ... into a folder; each is promised once `write` has returned."""

    name: str

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()

    @abstractmethod
    def write(self, number: int) -> None:
        """Make the record durable."""

    def close(self) -> None:
        """Let others write and read."""
        self._open.close()

    @abstractmethod
    def whole(self, promised: int) -> int:
        """How many records are there, read as a user reads them; AwacError unless the first `promised` are right."""


class StoreWriter(Writer):
    """The buffer's store."""

    name = "store"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._store: TransitionStore | None = None

    def write(self, number: int) -> None:
        if self._store is None:
            self._store = self._open.enter_context(TransitionStore(self._folder / "store.sqlite", records.LAYOUT))
        self._store.append(records.transitions(number))

    def whole(self, promised: int) -> int:
        with TransitionStore(self._folder / "store.sqlite", records.LAYOUT) as store:
            rows, _ = store.since(0, store.total)
        return _batches(rows, "store")


class JournalWriter(Writer):
    """What an actor keeps until the buffer has it."""

    name = "journal"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._path = folder / "journal.sqlite"
        self._journal: Journal | None = None

    def write(self, number: int) -> None:
        if self._journal is None:
            make = Journal if self._path.exists() else partial(Journal.create, actor_id="a" * 32)
            self._journal = self._open.enter_context(make(self._path, records.LAYOUT))
        self._journal.append(records.transitions(number))

    def whole(self, promised: int) -> int:
        if promised == 0 and not self._path.exists():
            return 0
        with Journal(self._path, records.LAYOUT) as journal:
            return _batches(journal.oldest(journal.waiting), "journal")


class DemoFileWriter(Writer):
    """A file of demonstrations."""

    name = "demos"

    def write(self, number: int) -> None:
        DemoWriter(self._folder / "demos.hdf5", records.LAYOUT).append(records.episode(number))

    def whole(self, promised: int) -> int:
        path = self._folder / "demos.hdf5"
        if promised == 0 and (not path.exists() or demos.count(path) == 0):
            return 0
        episodes = demos.read(path, records.LAYOUT)
        for number, episode in enumerate(episodes):
            if not records.same(episode.transitions, records.transitions(number)):
                raise AwacError(f"the file holds something else where demo {number} should be")
        return len(episodes)


class CheckpointWriter(Writer):
    """A folder of checkpoints."""

    name = "checkpoints"

    def write(self, number: int) -> None:
        checkpoint.write(self._folder, records.files(number), {"number": number})

    def whole(self, promised: int) -> int:
        if promised == 0 and not checkpoint.exists(self._folder):
            return 0
        newest = checkpoint.newest(self._folder)
        number = checkpoint.read_about(newest)["number"]
        for name, content in records.files(number).items():
            if checkpoint.read(newest, name) != content:
                raise AwacError(f"{newest}/{name} is not what checkpoint {number} was written with")
        return number + 1


def _batches(rows: Transitions, where: str) -> int:
    """How many batches of records.transitions these are, from the first on; AwacError where they are anything else."""
    count, at = 0, 0
    while at < len(rows):
        expected = records.transitions(count)
        if not records.same(rows[at : at + len(expected)], expected):
            raise AwacError(f"the {where} holds something else where batch {count} should be")
        at += len(expected)
        count += 1
    return count


WRITERS: tuple[type[Writer], ...] = (StoreWriter, JournalWriter, DemoFileWriter, CheckpointWriter)
