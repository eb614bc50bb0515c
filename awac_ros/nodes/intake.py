"""Transitions that were pulled and not yet trained on, handed out episode by episode. No ROS here."""

from __future__ import annotations

import numpy as np

from awac_ros.data import Layout, Transitions


class Intake:
    """However the pulls cut the stream, `portion` cuts it at the ends of episodes, so that training repeats."""

    def __init__(self, layout: Layout, repeated_keys: int = 0) -> None:
        self._waiting = Transitions.empty(layout)
        self._seen: dict[tuple[str, int], set[int]] = {}
        self.repeated_keys = repeated_keys
        """Transitions that came again with a key that this process had seen, added to those counted before it."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, transitions: Transitions) -> None:
        self._waiting = Transitions.concatenate((self._waiting, transitions))
        keys = (getattr(transitions, name).tolist() for name in ("actor_id", "episode", "step"))
        for actor, episode, step in zip(*keys, strict=True):
            steps = self._seen.setdefault((actor, episode), set())
            self.repeated_keys += step in steps
            steps.add(step)

    def portion(self, more_to_come: bool) -> int:
        """How many transitions end the first waiting episode; with nothing more to come also an unfinished one."""
        rows = self._waiting
        if not len(rows):
            return 0
        ends = rows.terminated | rows.truncated
        ends[:-1] |= (rows.actor_id[1:] != rows.actor_id[:-1]) | (rows.episode[1:] != rows.episode[:-1])
        if ends.any():
            return int(np.argmax(ends)) + 1
        return 0 if more_to_come else len(rows)

    def take(self, count: int) -> Transitions:
        """The first `count` waiting transitions, which wait no longer."""
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken
