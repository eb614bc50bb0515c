"""Whatever is asked for, no limit is crossed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limiter import SafetyLimiter
from awac_ros.arms.limits import SafetyLimits

PERIOD = 0.02
KINEMATICS = Kinematics()
LIMITS = SafetyLimits()
START = KINEMATICS.inverse(np.array([0.6, 0.0, 0.06]))


def drive(twists: list[np.ndarray], start: np.ndarray = START) -> tuple[np.ndarray, np.ndarray]:
    """Tip positions (N, 3) and joint velocities (N, 7) of an arm that does exactly what the limiter allows."""
    limiter = SafetyLimiter(KINEMATICS, LIMITS)
    joint_position = start.copy()
    positions, velocities = [], []
    for twist in twists:
        p_base_tip, _, jacobian = KINEMATICS.tip_jacobian(joint_position)
        velocity = limiter.limit(joint_position, p_base_tip, jacobian, twist, PERIOD)
        joint_position = joint_position + velocity * PERIOD
        positions.append(KINEMATICS.frame_pose(joint_position)[0])
        velocities.append(velocity)
    return np.array(positions), np.array(velocities)


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.05, 0.5, 5.0, 1e6]))
@settings(max_examples=25, deadline=None)
def test_joint_velocity_and_acceleration_stay_within_limits(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    _, velocity = drive([rng.normal(0.0, scale, 6) for _ in range(60)])
    assert (np.abs(velocity) <= np.array(LIMITS.joint_velocity) + 1e-9).all()
    change = np.diff(velocity, axis=0, prepend=np.zeros((1, 7)))
    assert (np.abs(change) <= np.array(LIMITS.joint_acceleration) * PERIOD + 1e-9).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_tip_stays_in_the_workspace_box(axis: int, sign: float) -> None:
    twist = np.zeros(6)
    twist[axis] = sign * 10.0
    positions, _ = drive([twist] * 400)
    overshoot = np.maximum(np.array(LIMITS.workspace_low) - positions, positions - np.array(LIMITS.workspace_high))
    assert overshoot.max() < 2e-3


def test_tip_outside_the_box_may_return_but_not_go_on() -> None:
    outside = KINEMATICS.inverse(np.array([0.6, 0.30, 0.06]))
    away, _ = drive([np.array([0.0, 0.2, 0.0, 0.0, 0.0, 0.0])] * 20, outside)
    back, _ = drive([np.array([0.0, -0.2, 0.0, 0.0, 0.0, 0.0])] * 20, outside)
    assert np.ptp(away[:, 1]) < 2e-3
    assert back[-1, 1] < 0.28


def test_tip_speed_is_limited() -> None:
    positions, _ = drive([np.array([0.0, 5.0, 0.0, 0.0, 0.0, 0.0])] * 40)
    speed = np.linalg.norm(np.diff(positions, axis=0), axis=1) / PERIOD
    assert speed.max() <= LIMITS.linear_speed * 1.02


def test_braking_comes_to_rest_within_the_acceleration_limits() -> None:
    limiter = SafetyLimiter(KINEMATICS, LIMITS)
    p_base_tip, _, jacobian = KINEMATICS.tip_jacobian(START)
    for _ in range(10):
        before = limiter.limit(START, p_base_tip, jacobian, np.array([0.2, 0.0, 0.0, 0.0, 0.0, 0.0]), PERIOD)
    for _ in range(100):
        after = limiter.brake(START, PERIOD)
        assert (np.abs(after - before) <= np.array(LIMITS.joint_acceleration) * PERIOD + 1e-9).all()
        before = after
    assert not before.any()


def test_joint_margin_is_kept() -> None:
    near = START.copy()
    near[0] = KINEMATICS.upper[0] - LIMITS.joint_margin - 0.01
    limiter = SafetyLimiter(KINEMATICS, LIMITS)
    joint_position = near
    for _ in range(200):
        p_base_tip, _, jacobian = KINEMATICS.tip_jacobian(joint_position)
        tangent = np.cross([0.0, 0.0, 1.0], p_base_tip)
        twist = np.concatenate((tangent, [0.0, 0.0, 1.0]))
        joint_position = joint_position + PERIOD * limiter.limit(joint_position, p_base_tip, jacobian, twist, PERIOD)
    assert joint_position[0] <= KINEMATICS.upper[0] - LIMITS.joint_margin + 1e-3
