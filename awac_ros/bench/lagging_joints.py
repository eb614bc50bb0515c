"""Joints that follow their velocities late, as a robot's do."""

from __future__ import annotations

import numpy as np


class LaggingJoints:
    """A first-order lag, integrated exactly."""

    def __init__(self, joint_position: np.ndarray, period: float, lag: float) -> None:
        """At rest at a position (7,) rad; `period` and `lag` (time constant) in s."""
        self.position = joint_position.copy()
        """(7,) rad."""
        self.velocity = np.zeros(7)
        """(7,) rad/s."""
        self._period = period
        self._left = float(np.exp(-period / lag))
        self._moved = lag * (1.0 - self._left)

    def follow(self, joint_velocity: np.ndarray) -> None:
        """One period towards a velocity (7,) rad/s."""
        behind = self.velocity - joint_velocity
        self.position = self.position + self._period * joint_velocity + self._moved * behind
        self.velocity = joint_velocity + self._left * behind
