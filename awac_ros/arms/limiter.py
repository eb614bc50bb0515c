"""The safety limiter: the one place that decides which joint velocities reach the hardware."""

from __future__ import annotations

from math import hypot, inf
from operator import le

import numpy as np

from awac_ros.arms.arm import ArmState
from awac_ros.arms.geometry import ArmGeometry
from awac_ros.arms.kinematics import Kinematics, each_joint
from awac_ros.arms.limits import SafetyLimits
from awac_ros.arms.profile import VelocityProfile

UNCERTAINTY = 0.002
"""m, rad: so far inside its limits the arm must come to rest."""
INSIDE = 0.003
"""m, rad: so far inside the workspace's faces and the joints' margins the speed towards them is zero."""
RETURN = 0.02
"""m/s, rad/s: an arm that is not so far inside comes back with at most so much, whatever is asked for."""
LINEAR_SHARE, ANGULAR_SHARE = 0.94, 0.9
"""Of the tip's largest speeds, that are asked for."""
PEAK = 1.03
"""Of the speed that is asked for: so much is let through while the direction changes."""
STRAIGHT = 0.1
"""rad, of all joints together: the tip's way to rest differs from a straight line by less than 2 mm."""
NEAR = 2.0
"""Clearances: with parts so near to each other or to the table at rest, joints that don't lag must have room, too.

A hand that rises from the table as it turns is the nearer to it the sooner its joints follow.
"""


class SafetyLimiter:
    """Turns a wished twist into joint velocities that respect every limit; remembers the velocity it last allowed.

    Two lines of defence. The wish is shaped so that it slows down well before a limit. And a velocity is let through
    only if the arm could still come to rest from it, within its accelerations and jerks, before it crosses a limit:
    the workspace, the joints' margins, the clearance of its parts from each other and from the table. Otherwise it
    brakes, which the velocity before has left room for. An arm that is outside a limit already may only come back.
    """

    def __init__(self, kinematics: Kinematics, period: float, limits: SafetyLimits | None = None) -> None:
        """`period` in s: how long each velocity is held."""
        self.limits = limits = limits or SafetyLimits()
        self._kinematics = kinematics
        self._geometry = ArmGeometry(kinematics, limits.table_height)
        self._profile = VelocityProfile(np.array(limits.joint_acceleration), limits.jerk_time, period)
        self._joint_velocity = np.array(limits.joint_velocity)
        self._rate = each_joint(1.0 / limits.braking_time)
        self._return, self._response = each_joint(RETURN), each_joint(limits.response_time)
        self._near = NEAR * limits.clearance
        self._largest_speed = LINEAR_SHARE * limits.linear_speed
        self._largest_turn = ANGULAR_SHARE * limits.angular_speed
        joint_low, joint_high = kinematics.lower + limits.joint_margin, kinematics.upper - limits.joint_margin
        self._joint_low, self._joint_high = joint_low + INSIDE, joint_high - INSIDE
        self._tip_low = [low + INSIDE for low in limits.workspace_low]
        self._tip_high = [high - INSIDE for high in limits.workspace_high]
        # Of the joints' positions (7,), the tip's (3,), and the distance that is kept.
        low, high = (*joint_low, *limits.workspace_low, limits.clearance), (*joint_high, *limits.workspace_high, inf)
        self._low = [float(bound) + UNCERTAINTY for bound in low]
        self._high = [float(bound) - UNCERTAINTY for bound in high]

    def reset(self) -> None:
        """The arm is at rest."""
        self._profile.reset()

    def limit(self, state: ArmState, jacobian: np.ndarray, v_base_tip: np.ndarray) -> np.ndarray:
        """(7,) rad/s to hold for a period; v_base_tip (6,) must be finite.

        Order: Cartesian speed, workspace box, kinematics, joint margins, velocities, acceleration and jerk, room to
        stop.
        """
        joint_position = state.joint_position
        wished = self._kinematics.joint_velocity(joint_position, jacobian, self._within_box(state, v_base_tip))
        to_low = np.minimum((self._joint_low - joint_position) * self._rate, self._return)
        to_high = np.maximum((self._joint_high - joint_position) * self._rate, -self._return)
        wished = np.minimum(np.maximum(wished, to_low), to_high)
        # One factor for all joints keeps the direction of the motion.
        shares = map(abs, (wished / self._joint_velocity).tolist())
        wished = wished / max(1.0, *shares, *self._haste(jacobian.dot(wished).tolist()))
        return self._profile.send(self._allow(state, jacobian, self._profile.towards(wished)))

    def _within_box(self, state: ArmState, v_base_tip: np.ndarray) -> np.ndarray:
        """The twist (6,) at a permitted speed, and slower the nearer the tip is to the face that it moves to."""
        twist, rate = v_base_tip.tolist(), 1.0 / self.limits.braking_time
        linear, angular = (max(haste, 1.0) for haste in self._haste(twist))
        place = zip(twist, state.p_base_tip.tolist(), self._tip_low, self._tip_high, strict=False)
        velocity = [
            min(max(speed / linear, min((low - at) * rate, RETURN)), max((high - at) * rate, -RETURN))
            for speed, at, low, high in place
        ]
        return np.array([*velocity, *(turn / angular for turn in twist[3:])])

    def _allow(self, state: ArmState, jacobian: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """The wanted acceleration (7,), or one halfway to it from braking, or braking: the first that leaves room."""
        if self._leaves_room(state, jacobian, wanted):
            return wanted
        braking = self._profile.towards(np.zeros(7))
        halfway = 0.5 * (braking + wanted)
        return halfway if self._leaves_room(state, jacobian, halfway) else braking

    def brake(self) -> np.ndarray:
        """(7,) rad/s: the way to rest within the limits of acceleration and jerk."""
        return self._profile.send(self._profile.towards(np.zeros(7)))

    def _haste(self, v_base_tip: list[float]) -> tuple[float, float]:
        """How many times faster than asked for the tip moves and turns with a twist [6]."""
        x, y, z, rx, ry, rz = v_base_tip
        return hypot(x, y, z) / self._largest_speed, hypot(rx, ry, rz) / self._largest_turn

    def _leaves_room(self, state: ArmState, jacobian: np.ndarray, acceleration: np.ndarray) -> bool:
        """Whether the arm, after a period under this acceleration (7,), can come to rest within every limit."""
        if max(self._haste(jacobian.dot(self._profile.peak(acceleration)).tolist())) > PEAK:
            return False
        late = state.joint_position + self._response * state.joint_velocity
        following, midway, rest = self._profile.way_to_rest(acceleration)
        places = [late + rest]
        if sum(map(abs, rest.tolist())) > STRAIGHT:
            places.append(late + midway)
        nearest = min(map(self._distance, places))
        if nearest > self._near:
            return True
        at_once = [state.joint_position + way for way in (following, midway, rest)]
        if nearest > -inf and min(map(self._distance, at_once)) > -inf:
            return True
        if self._distance(state.joint_position) > -inf:
            return False
        now = self._beyond(state.joint_position)
        # An arm that is beyond a limit already may come back, at once, and whether it follows late or not.
        pairs = (zip(self._beyond(there), now, strict=True) for there in places + at_once)
        return all(then <= max(before, 0.0) for pair in pairs for then, before in pair)

    def _distance(self, joint_position: np.ndarray) -> float:
        """m that is kept there; minus infinity where joints, tip or distance are not where they may come to rest."""
        place = (*joint_position.tolist(), *self._geometry.at(joint_position))
        within = all(map(le, self._low, place)) and all(map(le, place, self._high))
        return place[-1] if within else -inf

    def _beyond(self, joint_position: np.ndarray) -> list[float]:
        """[11] rad, m: how far joints, tip and distance are beyond where they may come to rest; within it negative."""
        place = (*joint_position.tolist(), *self._geometry.at(joint_position))
        return [max(low - at, at - high) for at, low, high in zip(place, self._low, self._high, strict=True)]
