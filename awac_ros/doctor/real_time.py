"""Whether the processes that move the arm may go first."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from awac_ros.doctor.finding import Finding, judge

_NEEDED = os.sched_get_priority_min(os.SCHED_FIFO)


def check(folder: Path) -> Finding:
    """May this user run threads under SCHED_FIFO?"""
    allowed = os.geteuid() == 0 or resource.getrlimit(resource.RLIMIT_RTPRIO)[0] >= _NEEDED
    if allowed:
        allowed = _can_be_had()
    words = "is permitted" if allowed else "is not permitted, so a busy machine may delay the control loop"
    mend = "put '@realtime - rtprio 10' into /etc/security/limits.conf, join that group, and log in again"
    return judge("real-time scheduling", f"real-time scheduling {words}", mend, hurts=not allowed)


def _can_be_had() -> bool:
    """Take it for this thread and give it back: a container may forbid it to root."""
    before, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_NEEDED))
    except PermissionError:
        return False
    os.sched_setscheduler(0, before, parameters)
    return True
