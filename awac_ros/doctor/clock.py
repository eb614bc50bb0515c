"""The clock that paces the control loop."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from awac_ros.doctor.finding import Finding, judge

_SOURCE = Path("/sys/devices/system/clocksource/clocksource0/current_clocksource")
_SLEEPS = 200
_SLEEP = 0.001
_LATE = 0.002
"""s: a fiftieth of a control period of 0.1 s."""


def check(folder: Path) -> list[Finding]:
    """Does the monotonic clock count finely, and does a sleep end when it should?"""
    about = time.get_clock_info("monotonic")
    source = _SOURCE.read_text().strip() if _SOURCE.exists() else "unknown"
    late = float(np.percentile([_lateness() for _ in range(_SLEEPS)], 99))
    return [
        judge(
            "monotonic clock",
            f"the monotonic clock ({source}) counts in steps of {about.resolution:.0e} s",
            "choose tsc or kvm-clock as the kernel's clock source (clocksource=tsc)",
            breaks=not about.monotonic or about.resolution > 1e-4,
        ),
        judge(
            "punctuality",
            f"99 of 100 sleeps end within {late * 1e3:.2f} ms of their time",
            "end other programs, permit real-time scheduling, or take a machine that is not shared",
            hurts=late > _LATE,
        ),
    ]


def _lateness() -> float:
    """s by which one sleep is too long."""
    wanted = time.monotonic() + _SLEEP
    time.sleep(_SLEEP)
    return time.monotonic() - wanted
