"""How many cores are free: with more threads than those, the learner falls to a fraction of its speed."""

from __future__ import annotations

import os
import time
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.5
_SLACK = 0.1
"""Of a core: what the system's own small jobs take."""


class FreeCores:
    """Cores this process may use, less those that others used since the last look."""

    def __init__(self) -> None:
        self._cores = len(os.sched_getaffinity(0))
        self._free = self._cores
        self._mark = time.monotonic(), _others()

    def count(self) -> int:
        """At least 1; looks again at most twice a second."""
        now = time.monotonic()
        elapsed = now - self._mark[0]
        if elapsed >= SECONDS_BETWEEN_LOOKS:
            others = _others()
            self._free = max(int(self._cores - (others - self._mark[1]) / elapsed + _SLACK), 1)
            self._mark = now, others
        return self._free


def _others() -> float:
    """s of processor time that all other processes have used since the machine started."""
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split(None, 8)[1:8])
    own = os.times()
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK") - own.user - own.system
