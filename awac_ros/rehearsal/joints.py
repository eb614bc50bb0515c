"""What moves when the simulated robot's controller says how fast: joints alone, or the arm in its PyBullet world."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from awac_ros.arms.kinematics import NEUTRAL


class Joints(ABC):
    """Seven joints that follow velocities."""

    period: float
    """s of one step."""
    position: np.ndarray
    """(7,) rad."""
    velocity: np.ndarray
    """(7,) rad/s."""

    @abstractmethod
    def renew(self) -> None:
        """At rest in the first position."""

    @abstractmethod
    def step(self, wanted: np.ndarray) -> None:
        """Let `period` pass while the controller asks for these velocities (7,) rad/s."""


class FreeJoints(Joints):
    """Nothing but joints; each follows its velocity with a first-order lag."""

    period = 0.005
    lag = 0.02
    """s: time constant of the joints' servos."""

    def renew(self) -> None:
        self.position, self.velocity = NEUTRAL.copy(), np.zeros(7)

    def step(self, wanted: np.ndarray) -> None:
        self.velocity = self.velocity + (wanted - self.velocity) * min(self.period / self.lag, 1.0)
        # A servo comes to rest; an exponential never does.
        self.velocity[np.abs(self.velocity - wanted) < 1e-4] = wanted[np.abs(self.velocity - wanted) < 1e-4]
        self.position = self.position + self.velocity * self.period
