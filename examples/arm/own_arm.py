"""The driver of an arm of one's own: the maker's library behind this project's guard."""

from __future__ import annotations

import time
from typing import NamedTuple, Protocol

import numpy as np

from awac_ros.arms import Arm, ArmState
from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import JOINT_NAMES, Kinematics
from awac_ros.arms.limits import SafetyLimits


class Measured(NamedTuple):
    """What the robot says of its joints at one instant."""

    time: float
    """s, monotonic: when it was measured, not when it was asked for."""
    joint_position: np.ndarray
    """(7,) rad."""
    joint_velocity: np.ndarray
    """(7,) rad/s."""
    joint_effort: np.ndarray
    """(7,) Nm."""


class Robot(Protocol):
    """What the maker's library must be made to do; each raises OSError where the robot can't be reached."""

    def read(self) -> Measured:
        """The newest measurement, without waiting for another."""

    def send(self, joint_velocity: np.ndarray) -> None:
        """Hold these velocities (7,) rad/s until the next come; where none come, the robot must brake by itself."""

    def release(self) -> None:
        """Brake, hold, and let go."""


class OwnArm(Arm):
    """Follows twists through the guard; stopped until `resume`."""

    joint_names = JOINT_NAMES
    inner_period = 0.01

    def __init__(self, robot: Robot, limits: SafetyLimits | None = None) -> None:
        self._robot = robot
        self._guard = Guard(Kinematics(), self.inner_period, limits)
        self._guard.stop("the arm was not started yet; call arm/resume")
        self._state = self._guard.observe(*robot.read())

    def state(self) -> ArmState:
        return self._state

    def follow(self, v_base_tip: np.ndarray) -> None:
        try:
            self._state = self._guard.observe(*self._robot.read())
            self._robot.send(self._guard.follow(v_base_tip, time.monotonic()))
        except OSError as error:
            self.stop(f"the link to the robot is lost ({error}); see to it, then call arm/resume")

    def stop(self, reason: str) -> None:
        self._guard.stop(reason)

    def resume(self) -> None:
        self._guard.resume()

    def hold(self, age: float) -> None:
        self._guard.hold(time.monotonic() - age)

    @property
    def held(self) -> bool:
        return self._guard.held(time.monotonic())

    @property
    def stop_reason(self) -> str | None:
        return self._guard.stop_reason

    def close(self) -> None:
        self._robot.release()
