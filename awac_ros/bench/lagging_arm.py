"""Lagging joints behind the guard, as an arm: what a CommandWatch commands."""

from __future__ import annotations

import numpy as np

from awac_ros.arms import Arm, ArmState
from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import JOINT_NAMES, Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench.lagging_joints import LaggingJoints


class LaggingArm(Arm):
    """Remembers what was sent and where the joints went."""

    joint_names = JOINT_NAMES

    def __init__(
        self, kinematics: Kinematics, limits: SafetyLimits, p_base_tip: np.ndarray, period: float, lag: float
    ) -> None:
        """At rest with the tip at (3,) m; `period` and `lag` in s."""
        self.inner_period = period
        self._joints = LaggingJoints(kinematics.inverse(p_base_tip), period, lag)
        self._guard = Guard(kinematics, period, limits)
        self._now = 0.0
        self.sent: list[np.ndarray] = []
        """(7,) rad/s a period."""
        self.position: list[np.ndarray] = []
        """(7,) rad, after each."""
        self.velocity: list[np.ndarray] = []
        """(7,) rad/s, after each."""
        self._observe()

    def _observe(self) -> None:
        self._state = self._guard.observe(self._now, self._joints.position, self._joints.velocity, np.zeros(7))

    def state(self) -> ArmState:
        return self._state

    def follow(self, v_base_tip: np.ndarray) -> None:
        self.sent.append(self._guard.follow(v_base_tip, self._now))
        self._joints.follow(self.sent[-1])
        self.position.append(self._joints.position)
        self.velocity.append(self._joints.velocity)
        self._now += self.inner_period
        self._observe()

    def hold(self, age: float) -> None:
        self._guard.hold(self._now - age)

    @property
    def held(self) -> bool:
        return self._guard.held(self._now)

    def stop(self, reason: str) -> None:
        self._guard.stop(reason)

    def resume(self) -> None:
        self._guard.resume()

    @property
    def stop_reason(self) -> str | None:
        return self._guard.stop_reason

    def close(self) -> None:
        """Nothing is held."""
