"""Precedence for the processes that move the arm, where the system grants it."""

from __future__ import annotations

import os
from pathlib import Path

_LOWEST = os.sched_get_priority_min(os.SCHED_FIFO)


def take_precedence() -> str | None:
    """Run every thread of this process before ordinary ones (SCHED_FIFO), so that a busy machine delays no deadline.

    One sentence if the system does not permit it, or None.
    """
    try:
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_FIFO, os.sched_param(_LOWEST))
    except PermissionError:
        return (
            "real-time scheduling is not permitted, so a busy machine may delay the control loop; "
            "grant it with 'rtprio 10' for this user in /etc/security/limits.conf"
        )
    return None
