"""Sawyer's kinematics on pinocchio: tip pose, Jacobian, twist to joint velocity, and inverse kinematics."""

from __future__ import annotations

from dataclasses import dataclass

import eigenpy
import numpy as np
import pinocchio

from awac_ros.errors import AwacError
from awac_ros.resources import resource

JOINT_NAMES = tuple(f"right_j{i}" for i in range(7))
TIP_FRAME = "right_pushing_tip"
NEUTRAL = np.array([0.0, -1.18, 0.0, 2.18, 0.0, 0.57, 3.3161])
"""(7,) rad: the manufacturer's neutral pose."""
TIP_DOWN = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])
"""(4,) xyzw: the tip pointing down with the heading of the neutral pose, base frame."""


def each_joint(value: float) -> np.ndarray:
    """The same value (7,) for each joint: numpy takes half the time with it that it takes with a number."""
    return np.full(len(JOINT_NAMES), value)


@dataclass(frozen=True)
class TwistFollowingConfig:
    """Damped least squares with a secondary task in the null space."""

    damping: float = 0.01
    """Of the least squares, m: trades tracking for smaller joint velocities near singularities."""
    posture_gain: float = 1.0
    """1/s: pull towards the reference posture in the null space."""
    limit_gain: float = 2.0
    """1/s: push away from a joint limit once inside limit_zone of it, in the null space."""
    limit_zone: float = 0.3
    """rad."""


class Kinematics:
    """Forward and differential kinematics of the seven arm joints; head locked at zero."""

    def __init__(self, config: TwistFollowingConfig | None = None) -> None:
        self.config = config or TwistFollowingConfig()
        urdf = str(resource("urdf/sawyer.urdf"))
        full = pinocchio.buildModelFromUrdf(urdf)
        shapes = pinocchio.buildGeomFromUrdf(full, urdf, pinocchio.GeometryType.COLLISION)
        head = [full.getJointId("head_pan")]
        self.model, self.shapes = pinocchio.buildReducedModel(full, shapes, head, pinocchio.neutral(full))
        self._data = self.model.createData()
        self._tip = self.model.getFrameId(TIP_FRAME)
        self.lower = self.model.lowerPositionLimit.copy()
        """(7,) rad."""
        self.upper = self.model.upperPositionLimit.copy()
        """(7,) rad."""
        self.velocity_limit = self.model.upperVelocityLimit.copy()
        """(7,) rad/s."""
        self.effort_limit = self.model.upperEffortLimit.copy()
        """(7,) Nm."""
        self._X_base_tip = self._data.oMf[self._tip]
        self._damping = self.config.damping**2 * np.eye(6)
        self._solver = eigenpy.LDLT(self._damping)
        self._posture_gain = each_joint(self.config.posture_gain)
        self._limit_gain = each_joint(self.config.limit_gain)
        self._zone_lower = self.lower + self.config.limit_zone
        self._zone_upper = self.upper - self.config.limit_zone

    def frame_pose(self, joint_position: np.ndarray, frame: str = TIP_FRAME) -> tuple[np.ndarray, np.ndarray]:
        """Position (3,) m and quaternion xyzw (4,) of a URDF link's frame in the base frame."""
        pinocchio.framesForwardKinematics(self.model, self._data, joint_position)
        return _pose(self._data.oMf[self.model.getFrameId(frame)])

    def tip_jacobian(self, joint_position: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tip position (3,), quaternion xyzw (4,), and Jacobian (6, 7) to [linear, angular] in the base frame."""
        jacobian = pinocchio.computeFrameJacobian(
            self.model, self._data, joint_position, self._tip, pinocchio.LOCAL_WORLD_ALIGNED
        )
        return *_pose(self._X_base_tip), jacobian

    def inverse_dynamics(
        self, joint_position: np.ndarray, joint_velocity: np.ndarray, joint_acceleration: np.ndarray
    ) -> np.ndarray:
        """(7,) Nm that gives the joints this acceleration (7,) rad/s^2, gravity included."""
        return pinocchio.rnea(self.model, self._data, joint_position, joint_velocity, joint_acceleration)

    def set_inertia(
        self,
        joint: int,
        mass: float,
        p_joint_centre: tuple[float, ...],
        q_joint_axes: tuple[float, ...],
        moments: tuple[float, ...],
    ) -> None:
        """What `inverse_dynamics` moves with a joint (from 0), in place of the URDF's: mass in kg, its centre (3,) m.

        The principal moments of inertia (3,) kg m^2 are about axes through the centre, turned by xyzw (4,).
        """
        axes = pinocchio.Quaternion(np.array(q_joint_axes)).matrix()
        inertia = pinocchio.Inertia(mass, np.array(p_joint_centre), axes @ np.diag(moments) @ axes.T)
        self.model.inertias[joint + 1] = inertia

    def joint_velocity(self, joint_position: np.ndarray, jacobian: np.ndarray, v_base_tip: np.ndarray) -> np.ndarray:
        """(7,) rad/s that produces the twist (6,), with posture and joint-limit avoidance in the null space.

        Damped least squares (Nakamura and Hanafusa 1986) around the secondary velocity u:
        qd = u + J^T (J J^T + damping^2 I)^-1 (v - J u).
        """
        allowed = np.minimum(np.maximum(joint_position, self._zone_lower), self._zone_upper)
        secondary = self._posture_gain * (NEUTRAL - joint_position) + self._limit_gain * (allowed - joint_position)
        # dot, not @: for matrices as small as these it takes half the time.
        transposed = jacobian.T
        residual = v_base_tip - jacobian.dot(secondary)
        solver = self._solver.compute(jacobian.dot(transposed) + self._damping)
        return secondary + transposed.dot(solver.solve(residual))

    def inverse(self, p_base_tip: np.ndarray, q_base_tip: np.ndarray = TIP_DOWN) -> np.ndarray:
        """(7,) rad that puts the tip at p (3,) m with orientation xyzw (4,), within limits, from the neutral pose.

        Raises AwacError if the pose is out of reach.
        """
        joint_position = NEUTRAL.copy()
        wanted = pinocchio.SE3(pinocchio.Quaternion(q_base_tip).matrix(), np.asarray(p_base_tip, float))
        for _ in range(200):
            position, _, jacobian = self.tip_jacobian(joint_position)
            rotation_error = pinocchio.log3(wanted.rotation @ self._X_base_tip.rotation.T)
            error = np.concatenate((wanted.translation - position, rotation_error))
            if np.abs(error).max() < 1e-7:
                return joint_position
            step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + 1e-6 * np.eye(6), error)
            joint_position = np.clip(joint_position + step, self.lower, self.upper)
        raise AwacError(f"the tip can't reach {np.round(p_base_tip, 3).tolist()} m; choose a pose nearer to the arm")


def _pose(X_base_frame: pinocchio.SE3) -> tuple[np.ndarray, np.ndarray]:
    pose = pinocchio.SE3ToXYZQUAT(X_base_frame)
    return pose[:3], pose[3:]
