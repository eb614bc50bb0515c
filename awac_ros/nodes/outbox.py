"""Transitions on their way to the buffer: kept on disk, in order, until the buffer has acknowledged them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from awac_ros.data import Layout, Transitions
from awac_ros.data.journal import Journal, JournalInUse

_FOLDER = "actors"


class Outbox:
    """At least once and in order: the head is sent again until it is acknowledged; nothing is dropped at the bound."""

    def __init__(self, journals: Sequence[Journal], capacity: int, batch: int = 500) -> None:
        """The last of the journals is the actor's own; those before it were left by others and are delivered first."""
        self._journals = journals
        self._capacity = capacity
        self._batch = batch
        self._head: Transitions | None = None
        self.acknowledged = 0
        """Transitions of this actor that were acknowledged."""
        self.inherited = self.queued
        """Transitions of others that wait, or that this actor brought to the buffer."""

    def put(self, transitions: Transitions) -> None:
        """Queue at least one transition, on disk when this returns; the caller stops acting once `full`."""
        self._journals[-1].append(transitions)

    def head(self) -> Transitions | None:
        """The oldest unacknowledged transitions, at most a batch; the same ones until they are acknowledged."""
        if self._head is None and self.queued:
            self._head = self._first().oldest(self._batch)
        return self._head

    def acknowledge(self, new: int) -> None:
        """The buffer has committed the head, of which `new` transitions were not there before."""
        assert self._head is not None, "nothing was sent"
        journal, count = self._first(), len(self._head)
        journal.forget(count)
        self._head = None
        if journal is self._journals[-1]:
            self.acknowledged += count
        else:
            self.inherited -= count - new

    def flush(self) -> None:
        """Bring what is queued out of reach of a power cut, too; takes as long as the disk does."""
        for journal in self._journals:
            journal.flush()

    def close(self) -> None:
        for journal in self._journals:
            journal.close()

    @property
    def queued(self) -> int:
        """Transitions waiting for acknowledgement."""
        return sum(journal.waiting for journal in self._journals)

    @property
    def full(self) -> bool:
        """At the bound: the episode must stop until the buffer has taken some."""
        return self.queued >= self._capacity

    def warning(self) -> str | None:
        """One sentence from four fifths of the bound on."""
        if self.queued < 0.8 * self._capacity:
            return None
        return (
            f"{self.queued} of at most {self._capacity} transitions wait for the buffer's acknowledgement; "
            "start the buffer node or free its disk, or the episode stops there"
        )

    def _first(self) -> Journal:
        return next(journal for journal in self._journals if journal.waiting)


def open_journals(out: Path, layout: Layout, actor_id: str) -> list[Journal]:
    """What killed actors have left undelivered in <out>/actors, and last a new journal for this one.

    AwacError, naming the file, where one can't be made or read.
    """
    with ExitStack() as opened:
        journals = []
        for journal in _ended(out, layout):
            if journal.waiting:
                journals.append(opened.enter_context(journal))
            else:
                journal.close()
        journals.append(Journal.create(out / _FOLDER / f"{actor_id}.sqlite", layout, actor_id))
        opened.pop_all()
    return journals


def count_made(out: Path, layout: Layout) -> int:
    """Transitions made by all the actors that kept a journal in <out>/actors and have ended."""
    made = 0
    for journal in _ended(out, layout):
        with journal:
            made += journal.made
    return made


def _ended(out: Path, layout: Layout) -> Iterator[Journal]:
    """The journals of actors that don't run any more, the oldest first."""
    for path in sorted((out / _FOLDER).glob("*.sqlite"), key=lambda path: path.stat().st_mtime):
        try:
            yield Journal(path, layout)
        except JournalInUse:
            continue
