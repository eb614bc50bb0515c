"""A clock that somebody else sets: whether it can be paced by. No ROS here."""

from __future__ import annotations

from collections.abc import Callable

_STANDSTILL = 2.0
_LEAP, _FASTEST = 1.0, 20.0
"""A clock leaps that gains more than 1 s on the fastest that an actor could keep pace with: 20 times real time."""


class ClockWatch:
    """Reads a clock and notices that it leaps, back or far ahead, or stands still."""

    def __init__(self, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._last = clock()
        self._read = self._changed = monotonic()
        self.leap: str | None = None
        """One sentence on the newest leap, until it is cleared."""

    def read(self) -> float:
        """s."""
        now, before = self._clock(), self._last
        at = self._monotonic()
        passed = at - self._read
        self._last, self._read = now, at
        if now != before:
            self._changed = at
        if not 0.0 <= now - before <= _LEAP + _FASTEST * passed:
            self.leap = f"the clock leapt from {before:.1f} to {now:.1f} s; only one node may publish /clock"
        return now

    def standstill(self) -> str | None:
        """One sentence while the clock has stood still for a while, or None."""
        stood = self._monotonic() - self._changed
        if stood < _STANDSTILL:
            return None
        return f"the clock has stood still for {stood:.0f} s; start what publishes /clock, or leave out use_sim_time"
