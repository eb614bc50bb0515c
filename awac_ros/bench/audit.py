"""What was sent and where the arm went, held against every limit."""

from __future__ import annotations

import numpy as np

from awac_ros.arms.geometry import ArmGeometry
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits


class Audit:
    """Keeps the worst of everything; it shares with the limiter the kinematics and the shapes, and nothing else."""

    def __init__(self, kinematics: Kinematics, table_height: float, period: float) -> None:
        """`table_height` in m; `period` in s between two velocities sent."""
        self.not_finite = 0
        """Velocities sent that are not finite."""
        self.worst: dict[str, float] = {}
        """By limit: the largest that was seen, as a share of what is allowed; or how far beyond its limit, m or rad."""
        self._kinematics = kinematics
        self._geometry = ArmGeometry(kinematics, table_height)
        self._period = period

    def sent(self, joint_velocity: np.ndarray, limits: SafetyLimits) -> None:
        """Velocities (N, 7) rad/s that went to joints at rest, one a period."""
        self.not_finite += int((~np.isfinite(joint_velocity)).any(axis=1).sum())
        still = np.zeros((1, 7))
        acceleration = np.diff(joint_velocity, axis=0, prepend=still) / self._period
        jerk = np.diff(acceleration, axis=0, prepend=still) / self._period
        self._note("joint velocity", np.abs(joint_velocity) / limits.joint_velocity)
        self._note("joint acceleration", np.abs(acceleration) / limits.joint_acceleration)
        self._note("joint jerk", np.abs(jerk) / limits.joint_acceleration * limits.jerk_time)

    def moved(self, joint_position: np.ndarray, joint_velocity: np.ndarray, limits: SafetyLimits) -> None:
        """Where the joints really were, and how fast they really moved, each (N, 7)."""
        jacobian = np.array([self._kinematics.tip_jacobian(each)[2] for each in joint_position])
        v_base_tip = np.einsum("nij,nj->ni", jacobian, joint_velocity)
        places = np.array([self._geometry.at(each) for each in joint_position])
        tip, distance = places[:, :3], places[:, 3]
        lower, upper = self._kinematics.lower + limits.joint_margin, self._kinematics.upper - limits.joint_margin
        self._note("tip speed", np.linalg.norm(v_base_tip[:, :3], axis=1) / limits.linear_speed)
        self._note("tip turning", np.linalg.norm(v_base_tip[:, 3:], axis=1) / limits.angular_speed)
        self._note("workspace", np.maximum(limits.workspace_low - tip, tip - limits.workspace_high))
        self._note("joint margins", np.maximum(lower - joint_position, joint_position - upper))
        self._note("clearance", limits.clearance - distance)
        self._note("touch", -distance)

    def _note(self, name: str, values: np.ndarray) -> None:
        self.worst[name] = max(self.worst.get(name, -np.inf), float(values.max()))
