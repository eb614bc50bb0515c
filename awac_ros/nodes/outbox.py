"""Transitions on their way to the buffer: kept, in order, until the buffer has acknowledged them."""

from __future__ import annotations

from collections import deque

from awac_ros.data import Transitions


class Outbox:
    """At least once and in order: the head is sent again until it is acknowledged; nothing is dropped at the bound."""

    def __init__(self, capacity: int, batch: int = 500) -> None:
        self._capacity = capacity
        self._batch = batch
        self._chunks: deque[Transitions] = deque()
        self._head: Transitions | None = None
        self.queued = 0
        """Transitions waiting for acknowledgement."""
        self.acknowledged = 0
        """Transitions acknowledged since the start."""

    def put(self, transitions: Transitions) -> None:
        """Queue at least one transition; the caller stops acting once `full`."""
        for start in range(0, len(transitions), self._batch):
            self._chunks.append(transitions[start : start + self._batch])
        self.queued += len(transitions)

    def head(self) -> Transitions | None:
        """The oldest unacknowledged transitions, at most a batch; the same ones until they are acknowledged."""
        if self._head is None and self._chunks:
            joined = [self._chunks.popleft()]
            length = len(joined[0])
            while self._chunks and length + len(self._chunks[0]) <= self._batch:
                length += len(self._chunks[0])
                joined.append(self._chunks.popleft())
            self._head = Transitions.concatenate(joined)
        return self._head

    def acknowledge(self) -> None:
        """The buffer has committed the head."""
        assert self._head is not None, "nothing was sent"
        self.queued -= len(self._head)
        self.acknowledged += len(self._head)
        self._head = None

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
