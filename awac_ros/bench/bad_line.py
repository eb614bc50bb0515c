"""A sender, and the line from it, that deliver commands late, twice, all at once, or not at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LONGEST = 60
"""Periods that a silence or a repetition lasts at most."""
FAR = 0.6
"""s by which a stamp is off at most."""
CHANCE = 0.005
"""A period, of each thing that can go wrong."""


class Command(NamedTuple):
    """As it is delivered."""

    v_base_tip: np.ndarray
    """(6,) m/s, rad/s."""
    stamp: float
    """s."""


class BadLine:
    """From a twist each period to the commands that are delivered in it, oldest first or not."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._silent = self._repeats = 0
        self._kept: list[Command] = []
        """What a silence has held up."""
        self._last = Command(np.zeros(6), 0.0)

    def deliver(self, v_base_tip: np.ndarray, now: float) -> list[Command]:
        """What comes of the twist (6,) that was sent at `now` (s)."""
        rng, command = self._rng, Command(v_base_tip, now)
        if self._silent:
            self._silent -= 1
            self._kept.append(command)
            return [] if self._silent else self._after_silence()
        if self._repeats:
            self._repeats -= 1
            return [self._last]
        self._last = command
        match rng.choice(6, p=(1.0 - 5.0 * CHANCE, *[CHANCE] * 5)):
            case 1:
                self._silent = int(rng.integers(1, LONGEST + 1))
                return []
            case 2:
                self._repeats = int(rng.integers(1, LONGEST + 1))
            case 3:
                return [command._replace(stamp=now - rng.uniform(0.0, FAR))]
            case 4:
                return [command._replace(stamp=now + rng.uniform(0.0, FAR))]
            case 5:
                stamps = now - rng.uniform(0.0, 0.5 * FAR, rng.integers(2, 50))
                return [Command(rng.normal(0.0, 1.0, 6), float(stamp)) for stamp in stamps]
        return [command]

    def _after_silence(self) -> list[Command]:
        """All that was held up, or the newest of it, or nothing."""
        kept, self._kept = self._kept, []
        return kept[-int(self._rng.choice((len(kept), 1))) :] if self._rng.random() < 0.5 else []
