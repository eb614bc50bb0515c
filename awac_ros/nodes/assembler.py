"""Puts episodes together from transitions and the word that they have ended, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from awac_ros.data import Episode, Outcome, Transitions
from awac_ros.errors import AwacError

_NAMED = 5
Key = tuple[str, int]


@dataclass
class _Open:
    parts: list[Transitions] = field(default_factory=list)
    steps: int | None = None
    outcome: Outcome | None = None
    ended: float = 0.0

    @property
    def count(self) -> int:
        return sum(map(len, self.parts))

    def episode(self) -> Episode:
        rows = Transitions.concatenate(self.parts)
        return Episode(rows[np.argsort(rows.step, kind="stable")], self.outcome or Outcome.FAILURE)


class EpisodeAssembler:
    """Collects steps by (actor, episode); an episode is given out once it has ended and all its steps are there."""

    def __init__(self, patience: float, closed: Iterable[Key] = ()) -> None:
        """Steps that are missing `patience` s after an episode's end are given up; `closed` episodes are done with."""
        self._patience = patience
        self._open: dict[Key, _Open] = {}
        self._closed = set(closed)
        self._broken: list[str] = []

    def add(self, transitions: Transitions) -> None:
        """Steps of one or more episodes, each step once."""
        rows: dict[Key, list[int]] = {}
        for row, key in enumerate(zip(transitions.actor_id.tolist(), transitions.episode.tolist(), strict=True)):
            rows.setdefault(key, []).append(row)
        for key, chosen in rows.items():
            if key not in self._closed:
                self._open.setdefault(key, _Open()).parts.append(transitions[chosen])

    def end(self, actor_id: str, number: int, steps: int, outcome: Outcome, now: float) -> None:
        """The actor says that the episode ended with so many steps."""
        key = (actor_id, number)
        if key in self._closed:
            return
        if outcome is Outcome.DISCARDED:
            self._close(key)
            return
        entry = self._open.setdefault(key, _Open())
        entry.steps, entry.outcome, entry.ended = steps, outcome, now

    def take_whole(self) -> list[Episode]:
        """Episodes that have become whole, in the order in which their first step came."""
        whole = []
        for key, entry in list(self._open.items()):
            if entry.parts and entry.count == entry.steps:
                self._close(key)
                try:
                    whole.append(entry.episode())
                except AwacError as error:
                    self._broken.append(f"an episode of actor {key[0][:8]} is not recorded: {error}")
        return whole

    def take_broken(self, now: float) -> list[str]:
        """A sentence for each episode given up: it makes none, or it ended `patience` s ago and still has holes."""
        broken, self._broken = self._broken, []
        for key, entry in list(self._open.items()):
            if entry.steps is not None and now - entry.ended > self._patience:
                have = {step for part in entry.parts for step in part.step.tolist()}
                missing = list(islice((step for step in range(entry.steps) if step not in have), _NAMED + 1))
                named = ", ".join(map(str, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
                broken.append(
                    f"episode {key[1]} of actor {key[0][:8]}: {entry.steps - len(have)} of {entry.steps} steps never "
                    f"came ({named}); it is not recorded, so record it again"
                )
                self._close(key)
        return broken

    def _close(self, key: Key) -> None:
        self._open.pop(key, None)
        self._closed.add(key)
