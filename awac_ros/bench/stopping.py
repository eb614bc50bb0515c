"""How long and how far the arm still moves after a stop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench.lagging_joints import LaggingJoints

DIRECTIONS = 16
"""Around, on the pushing table."""
STARTS = ((0.5, -0.15), (0.5, 0.15), (0.6, 0.0), (0.7, -0.15), (0.7, 0.15))
"""m: where the tip is when it is told to go."""
HEIGHT = 0.1
AT_REST = 1e-3
"""m/s."""
LEAD = 0.15
"""s of driving before the stop: time enough for full speed."""


@dataclass(frozen=True)
class Stop:
    """Of the tip."""

    speed: float
    """m/s when the stop was called."""
    duration: float
    """s until it was at rest."""
    distance: float
    """m along its way until then."""


def stops(kinematics: Kinematics, limits: SafetyLimits, period: float, lag: float) -> list[Stop]:
    """Stops of lagging joints from as fast as the limits allow, all around and at several places."""
    directions = np.linspace(0.0, 2.0 * np.pi, DIRECTIONS, endpoint=False)
    return [_stop(kinematics, limits, period, lag, start, angle) for start in STARTS for angle in directions]


def _stop(
    kinematics: Kinematics,
    limits: SafetyLimits,
    period: float,
    lag: float,
    start: tuple[float, float],
    angle: float,
) -> Stop:
    joints = LaggingJoints(kinematics.inverse(np.array((*start, HEIGHT))), period, lag)
    guard = Guard(kinematics, period, limits)
    twist = np.array((10.0 * np.cos(angle), 10.0 * np.sin(angle), 0.0, 0.0, 0.0, 0.0))
    step, stopped, distance, full = 0, None, 0.0, 0.0
    while True:
        now = step * period
        guard.observe(now, joints.position, joints.velocity, np.zeros(7))
        speed = float(np.linalg.norm((kinematics.tip_jacobian(joints.position)[2] @ joints.velocity)[:3]))
        if stopped is None and now >= LEAD:
            guard.stop("measured")
            stopped, full = now, speed
        if stopped is not None:
            if speed < AT_REST:
                return Stop(full, now - stopped, distance)
            distance += speed * period
        joints.follow(guard.follow(twist, now))
        step += 1
