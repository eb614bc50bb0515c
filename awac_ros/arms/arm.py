"""The arm as the rest of the project sees it: one narrow interface, simulated or physical behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ArmState:
    """Measured state of the arm at one instant, base frame, SI units."""

    time: float
    """s, of the arm's own clock: simulated or monotonic."""
    joint_position: np.ndarray
    """(7,) rad, right_j0 .. right_j6."""
    joint_velocity: np.ndarray
    """(7,) rad/s."""
    joint_effort: np.ndarray
    """(7,) Nm."""
    p_base_tip: np.ndarray
    """(3,) m."""
    q_base_tip: np.ndarray
    """(4,) quaternion xyzw."""
    wrench_base_tip: np.ndarray | None = None
    """(6,) [N, Nm] on the tip; None where the arm has no sensor for it."""


class Arm(ABC):
    """Follows a Cartesian twist through the safety limiter; starts at rest."""

    joint_names: tuple[str, ...]
    inner_period: float
    """s between two corrections of the joint velocities."""

    @abstractmethod
    def state(self) -> ArmState:
        """The newest measured state."""

    @abstractmethod
    def follow(self, v_base_tip: np.ndarray) -> None:
        """Follow the twist (6,) [m/s, rad/s] for one inner period; the limiter has the last word.

        A twist that is not finite stops the arm.
        """

    @abstractmethod
    def stop(self, reason: str) -> None:
        """Brake within the acceleration limits and stay; the first reason is kept until `resume`."""

    @abstractmethod
    def resume(self) -> None:
        """Allow motion again, from the measured state."""

    @abstractmethod
    def hold(self, age: float) -> None:
        """A person held the dead-man `age` s ago, or lets it go (infinity); it counts where the limits ask for one."""

    @property
    @abstractmethod
    def held(self) -> bool:
        """Whether the dead-man allows motion now; without it the arm brakes and waits, and is not stopped."""

    @property
    @abstractmethod
    def stop_reason(self) -> str | None:
        """Why the arm is stopped, or None while it may move."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the robot or the simulator."""


class SimulatedArm(Arm):
    """An arm whose world can be put into a given state; time passes only in `follow`."""

    @abstractmethod
    def reset(self, p_base_tip: np.ndarray, p_base_puck: np.ndarray) -> None:
        """Put the tip (3,) m, pointing down and at rest, and the puck (3,) m; a latched stop stays."""

    @abstractmethod
    def puck_position(self) -> np.ndarray:
        """(3,) m, the puck's centre in the base frame."""
