"""Whatever is asked for, no limit is crossed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awac_ros.arms import ArmState
from awac_ros.arms.geometry import ArmGeometry
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limiter import RETURN, SafetyLimiter
from awac_ros.arms.limits import SafetyLimits

PERIOD = 0.02
KINEMATICS = Kinematics()
LIMITS = SafetyLimits()
GEOMETRY = ArmGeometry(KINEMATICS, LIMITS.table_height)
START = KINEMATICS.inverse(np.array([0.6, 0.0, 0.06]))


def state(joint_position: np.ndarray, joint_velocity: np.ndarray) -> tuple[ArmState, np.ndarray]:
    """The state of an arm, and the Jacobian there."""
    p_base_tip, q_base_tip, jacobian = KINEMATICS.tip_jacobian(joint_position)
    return ArmState(0.0, joint_position, joint_velocity, np.zeros(7), p_base_tip, q_base_tip), jacobian


def drive(
    twists: list[np.ndarray], start: np.ndarray = START, limits: SafetyLimits = LIMITS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tip (N, 3), joints (N, 7) and joint velocities (N, 7) of an arm that does exactly what the limiter allows."""
    limiter = SafetyLimiter(KINEMATICS, PERIOD, limits)
    joint_position, velocity = start.copy(), np.zeros(7)
    tips, positions, velocities = [], [], []
    for twist in twists:
        velocity = limiter.limit(*state(joint_position, velocity), twist)
        joint_position = joint_position + velocity * PERIOD
        tips.append(KINEMATICS.frame_pose(joint_position)[0])
        positions.append(joint_position)
        velocities.append(velocity)
    return np.array(tips), np.array(positions), np.array(velocities)


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([0.05, 0.5, 5.0, 1e6]))
@settings(max_examples=25, deadline=None)
def test_joint_velocity_acceleration_and_jerk_stay_within_limits(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    _, _, velocity = drive([rng.normal(0.0, scale, 6) for _ in range(60)])
    still = np.zeros((1, 7))
    acceleration = np.diff(velocity, axis=0, prepend=still) / PERIOD
    jerk = np.diff(acceleration, axis=0, prepend=still) / PERIOD
    largest = np.array(LIMITS.joint_acceleration)
    assert (np.abs(velocity) <= np.array(LIMITS.joint_velocity) + 1e-9).all()
    assert (np.abs(acceleration) <= largest + 1e-9).all()
    assert (np.abs(jerk) <= largest / LIMITS.jerk_time + 1e-6).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_tip_stays_in_the_workspace_box_and_comes_close_to_its_faces(axis: int, sign: float) -> None:
    twist = np.zeros(6)
    twist[axis] = sign * 10.0
    tips, _, _ = drive([twist] * 300)
    left = np.minimum(tips - np.array(LIMITS.workspace_low), np.array(LIMITS.workspace_high) - tips)
    assert left.min() >= 0.0
    assert left[-1, axis] < 0.01


def test_tip_outside_the_box_returns_slowly_whatever_is_asked_for_and_faster_on_demand() -> None:
    outside = KINEMATICS.inverse(np.array([0.6, 0.30, 0.06]))
    away, _, _ = drive([np.array([0.0, 0.2, 0.0, 0.0, 0.0, 0.0])] * 20, outside)
    back, _, _ = drive([np.array([0.0, -0.2, 0.0, 0.0, 0.0, 0.0])] * 20, outside)
    assert (np.diff(away[:, 1]) <= 0.0).all() and np.ptp(away[:, 1]) < 20 * PERIOD * RETURN * 1.05
    assert back[-1, 1] < 0.28


def test_tip_speed_is_limited_and_pushing_at_full_speed_is_not_slowed() -> None:
    for speed, expected in ((5.0, 0.94 * LIMITS.linear_speed), (0.2, 0.2)):
        tips, _, _ = drive([np.array([0.0, speed, 0.0, 0.0, 0.0, 0.0])] * 30)
        speeds = np.linalg.norm(np.diff(tips, axis=0), axis=1) / PERIOD
        assert speeds.max() <= LIMITS.linear_speed
        assert speeds[10:20].mean() == pytest.approx(expected, rel=0.02)


def test_braking_comes_to_rest_within_the_limits() -> None:
    limiter = SafetyLimiter(KINEMATICS, PERIOD, LIMITS)
    for _ in range(10):
        before = limiter.limit(*state(START, np.zeros(7)), np.array([0.2, 0.0, 0.0, 0.0, 0.0, 0.0]))
    assert before.any()
    for _ in range(20):
        after = limiter.brake()
        assert (np.abs(after - before) <= np.array(LIMITS.joint_acceleration) * PERIOD + 1e-9).all()
        before = after
    assert np.abs(before).max() < 1e-9


def test_joint_margin_is_kept() -> None:
    near = START.copy()
    near[0] = KINEMATICS.upper[0] - LIMITS.joint_margin - 0.1
    low, high = (-1.2, -1.2, 0.05), (1.2, 1.2, 1.0)
    twists = [np.array([-1.0, -1.0, 0.0, 0.0, 0.0, 1.0]), np.array([0.0, -3.0, 1.0, 0.0, 0.0, 3.0])] * 100
    _, positions, _ = drive(twists, near, replace(LIMITS, workspace_low=low, workspace_high=high))
    assert (positions <= KINEMATICS.upper - LIMITS.joint_margin).all()
    assert (positions >= KINEMATICS.lower + LIMITS.joint_margin).all()


def test_a_tilting_hand_never_touches_the_table() -> None:
    opened = replace(LIMITS, workspace_low=(0.3, -0.5, -0.1))
    twist = np.array([0.0, 0.0, -1.0, 0.6, 0.6, 0.0])
    _, positions, _ = drive([twist] * 150, limits=opened)
    distances = [GEOMETRY.at(joint_position)[3] for joint_position in positions]
    assert LIMITS.clearance <= min(distances) < LIMITS.clearance + 0.01


@pytest.mark.parametrize(
    ("start", "turn"),
    [
        ((0.768, 0.221, 0.222), (1.154, -0.832, -0.516)),
        ((0.638, -0.03, 0.226), (0.566, 0.775, -0.719)),
        ((0.631, 0.099, 0.232), (1.929, -0.608, -2.072)),
    ],
)
def test_a_hand_that_turns_up_from_the_table_keeps_clear_of_it_also_if_its_joints_do_not_lag(
    start: tuple[float, ...], turn: tuple[float, ...]
) -> None:
    _, positions, _ = drive([np.array([0.0, 0.0, -10.0, *turn])] * 120, KINEMATICS.inverse(np.array(start)))
    distances = [GEOMETRY.at(joint_position)[3] for joint_position in positions]
    assert LIMITS.clearance <= min(distances) < LIMITS.clearance + 0.003


def test_the_arm_does_not_run_into_itself() -> None:
    opened = replace(LIMITS, workspace_low=(-1.2, -1.2, 0.0), workspace_high=(1.2, 1.2, 1.3))
    start = KINEMATICS.inverse(np.array([0.5, 0.1, 0.35]))
    _, positions, _ = drive([np.array([-1.0, -0.2, 0.1, 0.0, 0.0, 0.0])] * 250, start, opened)
    distances = [GEOMETRY.at(joint_position)[3] for joint_position in positions]
    assert LIMITS.clearance <= min(distances) < LIMITS.clearance + 0.02
    assert "table" not in GEOMETRY.nearest(positions[-1])


def test_an_arm_that_is_too_near_to_the_table_may_only_come_back() -> None:
    low = KINEMATICS.inverse(np.array([0.6, 0.0, 0.0475]))
    down, _, _ = drive([np.array([0.0, 0.0, -0.1, 0.0, 0.0, 0.0])] * 20, low)
    up, _, _ = drive([np.array([0.0, 0.0, 0.1, 0.0, 0.0, 0.0])] * 20, low)
    assert down[:, 2].min() > 0.0474
    assert up[-1, 2] > 0.06
