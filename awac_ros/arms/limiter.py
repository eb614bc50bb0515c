"""The safety limiter: the one place that decides which joint velocities reach the hardware."""

from __future__ import annotations

import numpy as np

from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits


class SafetyLimiter:
    """Turns a wished twist into joint velocities that respect every limit; remembers the velocity it last allowed."""

    def __init__(self, kinematics: Kinematics, limits: SafetyLimits | None = None) -> None:
        self.limits = limits or SafetyLimits()
        self._kinematics = kinematics
        self._low = np.array(self.limits.workspace_low)
        self._high = np.array(self.limits.workspace_high)
        self._joint_velocity = np.array(self.limits.joint_velocity)
        self._joint_acceleration = np.array(self.limits.joint_acceleration)
        self._joint_low = kinematics.lower + self.limits.joint_margin
        self._joint_high = kinematics.upper - self.limits.joint_margin
        self._allowed = np.zeros(7)

    def reset(self) -> None:
        """The arm is at rest."""
        self._allowed = np.zeros(7)

    def limit(
        self,
        joint_position: np.ndarray,
        p_base_tip: np.ndarray,
        jacobian: np.ndarray,
        v_base_tip: np.ndarray,
        duration: float,
    ) -> np.ndarray:
        """(7,) rad/s to hold for `duration` s; v_base_tip (6,) must be finite.

        Order: Cartesian speed, workspace box, kinematics, joint margins, joint velocity, acceleration.
        """
        twist = self._limit_twist(p_base_tip, v_base_tip)
        wished = self._kinematics.joint_velocity(joint_position, jacobian, twist)
        return self._allow(joint_position, wished, duration)

    def brake(self, joint_position: np.ndarray, duration: float) -> np.ndarray:
        """(7,) rad/s: the way to rest within the acceleration limits."""
        return self._allow(joint_position, np.zeros(7), duration)

    def _limit_twist(self, p_base_tip: np.ndarray, v_base_tip: np.ndarray) -> np.ndarray:
        twist = np.array(v_base_tip, float)
        linear, angular = twist[:3], twist[3:]
        linear *= min(1.0, self.limits.linear_speed / max(_norm(linear), 1e-12))
        angular *= min(1.0, self.limits.angular_speed / max(_norm(angular), 1e-12))
        # Outside the box the bound towards it stays open and the bound away from it is zero.
        to_low = np.minimum(self._low - p_base_tip, 0.0) / self.limits.braking_time
        to_high = np.maximum(self._high - p_base_tip, 0.0) / self.limits.braking_time
        np.minimum(np.maximum(linear, to_low), to_high, out=linear)
        return twist

    def _allow(self, joint_position: np.ndarray, wished: np.ndarray, duration: float) -> np.ndarray:
        to_low = np.minimum(self._joint_low - joint_position, 0.0) / self.limits.braking_time
        to_high = np.maximum(self._joint_high - joint_position, 0.0) / self.limits.braking_time
        velocity = np.minimum(np.maximum(wished, to_low), to_high)
        # One factor for all joints keeps the direction of the motion.
        velocity *= min(1.0, 1.0 / max((np.abs(velocity) / self._joint_velocity).max(), 1e-12))
        change = velocity - self._allowed
        largest = (np.abs(change) / self._joint_acceleration).max()
        if largest > duration:
            change *= duration / largest
            self._allowed = self._allowed + change
        else:
            self._allowed = velocity
        return self._allowed


def _norm(vector: np.ndarray) -> float:
    return float(np.sqrt(vector @ vector))
