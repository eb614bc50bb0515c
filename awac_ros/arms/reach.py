"""A slow way to a pose: up, across, down. It only wishes for twists; the guard has the last word."""

from __future__ import annotations

import numpy as np
import pinocchio

from awac_ros.arms.arm import ArmState
from awac_ros.arms.kinematics import NEUTRAL, TIP_DOWN, Kinematics

TRAVEL_HEIGHT = 0.15
"""m above the base: higher than anything that lies on the table."""
LINEAR_SPEED, ANGULAR_SPEED = 0.15, 0.5
"""m/s and rad/s: half of what the safety limits allow."""
_GAIN = 4.0
_NEAR, _NEAR_ANGLE, _NEAR_POSTURE = 0.002, 0.01, 0.03
_PATIENCE = 3.0


class Reach:
    """One such way; asked for a twist once an inner period."""

    def __init__(
        self,
        state: ArmState,
        p_base_tip: np.ndarray,
        q_base_tip: np.ndarray = TIP_DOWN,
        posture: np.ndarray | None = None,
    ) -> None:
        """`posture` (7,) rad, where given, must be reached too: it is what the null space is drawn to."""
        height = max(TRAVEL_HEIGHT, state.p_base_tip[2], p_base_tip[2])
        above = [np.append(p[:2], height) for p in (state.p_base_tip, p_base_tip)]
        self._ways = [(above[0], state.q_base_tip), (above[1], q_base_tip), (np.array(p_base_tip, float), q_base_tip)]
        self._posture = posture
        self._length = self._left = self._distance(state)
        self._best, self._best_at = np.inf, state.time

    @classmethod
    def neutral(cls, state: ArmState, kinematics: Kinematics) -> Reach:
        """The way to the manufacturer's neutral pose."""
        return cls(state, *kinematics.frame_pose(NEUTRAL), posture=NEUTRAL)

    @property
    def progress(self) -> float:
        """From 0 to 1, of the distance."""
        return 1.0 - self._left / max(self._length, 1e-9)

    @property
    def arrived(self) -> bool:
        return not self._ways

    def stuck(self, state: ArmState) -> bool:
        """Whether it has come no nearer for some seconds: the pose can't be reached from here."""
        return state.time - self._best_at > _PATIENCE

    def wait(self, state: ArmState) -> None:
        """Nothing may move now: that is no sign of a pose out of reach."""
        self._best_at = state.time

    def twist(self, state: ArmState) -> np.ndarray:
        """(6,) [m/s, rad/s] towards the next point of the way; zero once arrived."""
        linear, angular = self._error(state)
        while self._ways and self._is_near(linear, angular, state):
            self._ways.pop(0)
            self._best = np.inf
            if self._ways:
                linear, angular = self._error(state)
        if not self._ways:
            self._left = 0.0
            return np.zeros(6)
        self._left = min(self._left, self._distance(state))
        error = float(np.linalg.norm(linear) + np.linalg.norm(angular)) + self._posture_error(state)
        if error < self._best - 1e-3:
            self._best, self._best_at = error, state.time
        return np.concatenate((_at_most(_GAIN * linear, LINEAR_SPEED), _at_most(_GAIN * angular, ANGULAR_SPEED)))

    def _error(self, state: ArmState) -> tuple[np.ndarray, np.ndarray]:
        p, q = self._ways[0]
        rotation = pinocchio.Quaternion(q).matrix() @ pinocchio.Quaternion(state.q_base_tip).matrix().T
        return p - state.p_base_tip, pinocchio.log3(rotation)

    def _is_near(self, linear: np.ndarray, angular: np.ndarray, state: ArmState) -> bool:
        near = np.linalg.norm(linear) < _NEAR and np.linalg.norm(angular) < _NEAR_ANGLE
        return bool(near) and (len(self._ways) > 1 or self._posture_error(state) < _NEAR_POSTURE)

    def _posture_error(self, state: ArmState) -> float:
        return 0.0 if self._posture is None else float(np.abs(self._posture - state.joint_position).max())

    def _distance(self, state: ArmState) -> float:
        points = [state.p_base_tip, *(p for p, _ in self._ways)]
        return float(sum(np.linalg.norm(b - a) for a, b in zip(points, points[1:], strict=False)))


def _at_most(vector: np.ndarray, length: float) -> np.ndarray:
    return vector * min(1.0, length / max(float(np.linalg.norm(vector)), 1e-12))
