"""Precedence for what is hardware in the real world: a cable or a tracker is not slower on a busy machine."""

from __future__ import annotations

import contextlib
import os


def take_precedence() -> None:
    """For this thread alone, where the system permits it."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
