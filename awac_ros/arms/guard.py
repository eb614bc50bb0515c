"""The guard before every arm: what was measured and wished goes in, joint velocities that may be sent come out."""

from __future__ import annotations

from math import isfinite

import numpy as np

from awac_ros.arms.arm import ArmState
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limiter import SafetyLimiter
from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError

FRESH = 2.0
"""Periods: with an older measured state the arm brakes until there is a newer one; much older, it stops for good."""


class Guard:
    """The limiter, the latch of stops, and the conditions under which an arm may move.

    An arm calls `observe` with every measurement and `follow` once an inner period, and sends its joints exactly what
    `follow` returns, while stopped as well. All times are s of the arm's own clock.
    """

    def __init__(self, kinematics: Kinematics, period: float, limits: SafetyLimits | None = None) -> None:
        """`period` in s: how long each answer of `follow` is held."""
        self.limits = limits or SafetyLimits()
        self._kinematics = kinematics
        self._period = period
        self._limiter = SafetyLimiter(kinematics, period, self.limits)
        self._stop_reason: str | None = None
        self._held_until = -np.inf
        self._state: ArmState | None = None
        self._jacobian = np.zeros((6, 7))

    def observe(
        self,
        time: float,
        joint_position: np.ndarray,
        joint_velocity: np.ndarray,
        joint_effort: np.ndarray,
        wrench_base_tip: np.ndarray | None = None,
    ) -> ArmState:
        """What was measured at `time`: joints (7,), the wrench on the tip (6,) where there is a sensor.

        Returns the newest valid state: a measurement that is not finite stops the arm and is forgotten. Too large a
        force stops it too. AwacError while there has never been a valid one.
        """
        if not _finite(joint_position, joint_velocity, joint_effort, wrench_base_tip):
            if self._state is None:
                raise AwacError("the arm's first measured state is not finite; check the arm before you start again")
            self.stop("the measured state is not finite; check the arm, then call arm/resume")
            return self._state
        p_base_tip, q_base_tip, self._jacobian = self._kinematics.tip_jacobian(joint_position)
        self._state = ArmState(
            time, joint_position, joint_velocity, joint_effort, p_base_tip, q_base_tip, wrench_base_tip
        )
        if wrench_base_tip is not None and (force := np.linalg.norm(wrench_base_tip[:3])) > self.limits.tip_force:
            self.stop(f"{force:.0f} N at the tip (at most {self.limits.tip_force:g} N); free it, then call arm/resume")
        return self._state

    def follow(self, v_base_tip: np.ndarray, now: float) -> np.ndarray:
        """(7,) rad/s to send for one period towards the twist (6,) [m/s, rad/s]; while stopped, the way to rest.

        A twist of zeros is the way to rest, too: the arm mends its posture only while the tip moves.
        """
        if self._stop_reason is None and (reason := self._objection(v_base_tip, now)):
            self.stop(reason)
        if self._stop_reason is not None or not self._may_move(now) or not any(v_base_tip.tolist()):
            return self._limiter.brake()
        return self._limiter.limit(self._state, self._jacobian, v_base_tip)

    def _objection(self, v_base_tip: np.ndarray, now: float) -> str | None:
        """Why this command must not be followed."""
        if not _finite(v_base_tip):
            return "the commanded twist is not finite"
        age = now - self._state.time
        if age > self.limits.state_age:
            return (
                f"the measured joint state is {age:.2f} s old (at most {self.limits.state_age:g} s); "
                "check the link to the arm, then call arm/resume"
            )
        return None

    def _may_move(self, now: float) -> bool:
        """Whether the joints were measured just now, and the dead-man is held where the limits ask for one."""
        fresh = now - self._state.time <= FRESH * self._period
        return fresh and self.held(now)

    def held(self, now: float) -> bool:
        """Whether the dead-man is held at `now`; always, where the limits ask for none."""
        return self.limits.dead_man is None or now <= self._held_until

    def hold(self, now: float) -> None:
        """A person holds the dead-man at `now`; where the limits ask for one, the arm brakes and waits without it."""
        if self.limits.dead_man is not None:
            self._held_until = now + self.limits.dead_man

    def stop(self, reason: str) -> None:
        """Brake and stay; the first reason is kept until `resume`."""
        if self._stop_reason is None:
            self._stop_reason = reason

    def resume(self) -> None:
        """Allow motion again; the next command goes on from the velocity that was last sent."""
        self._stop_reason = None

    def rest(self) -> None:
        """The arm is at rest, whatever was sent last: it was put somewhere, or it was out of our control."""
        self._limiter.reset()

    @property
    def stop_reason(self) -> str | None:
        """Why the arm is stopped, or None while it may move."""
        return self._stop_reason


def _finite(*measured: np.ndarray | None) -> bool:
    # A sum is finite only if every part is, and no measurement is so large that it overflows.
    return isfinite(sum(sum(values.tolist()) for values in measured if values is not None))
