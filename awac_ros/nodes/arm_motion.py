"""When the arm may move: commands judged by their stamp and their age; it knows no ROS."""

from __future__ import annotations

import numpy as np

from awac_ros.arms import Arm


class CommandWatch:
    """Holds the newest command in real time; silence during motion stops the arm."""

    def __init__(self, arm: Arm, timeout: float, speed: float = 1.0) -> None:
        """`timeout` in s of the arm's clock, which runs at `speed` times the monotonic one."""
        self._arm = arm
        self._timeout = timeout
        self._speed = speed
        self._twist = np.zeros(6)
        self._received = 0.0
        self._halted = 0.0

    def command(self, v_base_tip: np.ndarray, age: float, now: float) -> None:
        """A twist (6,), come at `now` (monotonic s), stamped `age` s before the arm's clock; a stale one stops it.

        One stamped before the last halt is ignored: whoever sent it did not know of it.
        """
        if abs(age) > self._timeout:
            self.halt(now)
            self._arm.stop(
                f"a command is stamped {abs(age):.2f} s {'before' if age > 0 else 'after'} the arm's clock "
                f"(at most {self._timeout} s): give actor and arm the same use_sim_time, and synchronise their machines"
            )
        elif self._arm.stop_reason is None and now - age / self._speed >= self._halted:
            self._twist, self._received = v_base_tip, now

    def halt(self, now: float) -> None:
        """Forget the command: nothing is followed until one that is stamped after `now` (monotonic s)."""
        self._twist = np.zeros(6)
        self._halted = now

    def follow(self, now: float) -> None:
        """One inner period of the arm."""
        if self._twist.any() and (now - self._received) * self._speed > self._timeout:
            self.halt(now)
            self._arm.stop(f"no command for {self._timeout} s while moving; check the actor, then call arm/resume")
        self._arm.follow(self._twist)
