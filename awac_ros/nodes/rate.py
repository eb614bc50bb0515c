"""Absolute deadlines: the error of one period never moves the next."""

from __future__ import annotations

from collections import deque

_WINDOW = 100
_INEXACT = 0.1
"""Periods."""


class Deadlines:
    """Deadlines `period` s apart on any clock that counts seconds; measures the rate and counts overruns."""

    def __init__(self, period: float, now: float) -> None:
        self.period = period
        self.overruns = 0
        """Deadlines that passed while the work of the period before was still going on."""
        self._next = now + period
        self._met: deque[float] = deque([now], maxlen=_WINDOW)

    def left(self, now: float) -> float:
        """s until the next deadline; not positive once it is due."""
        return self._next - now

    def late(self, left: float) -> bool:
        """Whether a deadline that is `left` s ahead is missed by more than a wait is inexact."""
        return left < -_INEXACT * self.period

    def worked(self, now: float) -> None:
        """The period's work ended at `now`; deadlines missed by it are counted, and all but the last are skipped."""
        if now > self._next:
            passed = 1 + int((now - self._next) / self.period)
            self.overruns += passed
            self._next += (passed - 1) * self.period

    def restart(self, now: float) -> None:
        """The clock was set: the next deadline is a period from its new time."""
        self._next = now + self.period

    def met(self, now: float) -> None:
        """The due deadline was answered at `now`."""
        self._next += self.period
        self._met.append(now)

    @property
    def rate(self) -> float:
        """Hz over the last 100 periods; 0 before the first."""
        return rate(self._met)


class Meter:
    """The measured rate of something that keeps no deadlines."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_WINDOW)

    def count(self, now: float) -> None:
        self._times.append(now)

    @property
    def rate(self) -> float:
        """Hz over the last 100 events; 0 before the second."""
        return rate(self._times)


def rate(times: deque[float]) -> float:
    """Events a second between the first and the last of `times`, s; 0 for fewer than two."""
    span = times[-1] - times[0] if len(times) > 1 else 0.0
    return (len(times) - 1) / span if span > 0.0 else 0.0
