"""An arm behind the guard stops for good reasons, keeps the first of them, and stays until it is told to go on."""

import numpy as np
import pytest

from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError

PERIOD = 0.02
KINEMATICS = Kinematics()
START = KINEMATICS.inverse(np.array([0.6, 0.0, 0.06]))
MOVING = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0])
STILL = np.zeros(7)


class FollowingArm:
    """Joints that do exactly what the guard sends."""

    def __init__(self, limits: SafetyLimits | None = None) -> None:
        self.guard = Guard(KINEMATICS, PERIOD, limits)
        self.now = 0.0
        self.joint_velocity = STILL
        self.state = self.guard.observe(0.0, START, STILL, STILL)

    def follow(self, v_base_tip: np.ndarray, periods: int = 1) -> None:
        for _ in range(periods):
            self.joint_velocity = self.guard.follow(v_base_tip, self.now)
            self.now += PERIOD
            joint_position = self.state.joint_position + self.joint_velocity * PERIOD
            self.state = self.guard.observe(self.now, joint_position, self.joint_velocity, STILL)

    @property
    def tip_speed(self) -> float:
        return float(np.linalg.norm((KINEMATICS.tip_jacobian(self.state.joint_position)[2] @ self.joint_velocity)[:3]))


def at_rest(arm: FollowingArm) -> bool:
    return bool(np.abs(arm.joint_velocity).max() < 1e-9)


@pytest.fixture
def arm() -> FollowingArm:
    arm = FollowingArm()
    arm.follow(MOVING, 25)
    assert arm.tip_speed == pytest.approx(0.1, abs=2e-3)
    return arm


def test_the_observed_state_carries_the_tip(arm: FollowingArm) -> None:
    np.testing.assert_allclose(arm.state.p_base_tip, KINEMATICS.frame_pose(arm.state.joint_position)[0], atol=1e-9)
    assert arm.state.time == arm.now and arm.state.wrench_base_tip is None


def test_a_stopped_arm_brakes_and_stays_and_the_first_reason_is_kept(arm: FollowingArm) -> None:
    arm.guard.stop("the operator pressed stop")
    arm.guard.stop("a later reason")
    arm.follow(MOVING)
    assert arm.joint_velocity.any(), "it must not stop dead"
    arm.follow(MOVING, 50)
    assert at_rest(arm)
    assert arm.guard.stop_reason == "the operator pressed stop"
    arm.guard.resume()
    arm.follow(MOVING, 25)
    assert arm.guard.stop_reason is None
    assert arm.tip_speed == pytest.approx(0.1, abs=2e-3)


def test_with_a_twist_of_zeros_no_joint_moves(arm: FollowingArm) -> None:
    arm.follow(np.zeros(6), 50)
    assert at_rest(arm)
    before = arm.state.joint_position
    arm.follow(np.zeros(6), 50)
    np.testing.assert_array_equal(arm.state.joint_position, before)


def test_resuming_before_the_arm_is_at_rest_makes_no_jump(arm: FollowingArm) -> None:
    arm.guard.stop("the operator pressed stop")
    arm.follow(MOVING)
    before = arm.joint_velocity
    arm.guard.resume()
    arm.follow(-10.0 * MOVING)
    change = np.abs(arm.joint_velocity - before) / PERIOD
    assert (change <= np.array(SafetyLimits().joint_acceleration) + 1e-9).all()


def test_an_arm_that_was_out_of_control_starts_from_rest(arm: FollowingArm) -> None:
    arm.guard.rest()
    arm.follow(np.zeros(6))
    assert arm.tip_speed < 0.02


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_twist_that_is_not_finite_stops_the_arm(arm: FollowingArm, bad: float) -> None:
    arm.follow(np.array([0.0, 0.0, 0.0, 0.0, bad, 0.0]))
    assert arm.guard.stop_reason == "the commanded twist is not finite"
    arm.follow(MOVING, 50)
    assert at_rest(arm)


def test_joints_that_are_not_finite_stop_the_arm_and_are_forgotten(arm: FollowingArm) -> None:
    known = arm.state
    assert arm.guard.observe(arm.now, np.full(7, np.nan), STILL, STILL) is known
    assert "not finite" in arm.guard.stop_reason
    assert np.isfinite(arm.guard.follow(MOVING, arm.now)).all()


def test_an_arm_whose_first_joints_are_not_finite_is_refused() -> None:
    with pytest.raises(AwacError, match="first measured state is not finite"):
        Guard(KINEMATICS, PERIOD).observe(0.0, np.full(7, np.nan), STILL, STILL)


def test_a_joint_state_that_is_late_makes_the_arm_wait_and_a_stale_one_stops_it(arm: FollowingArm) -> None:
    moving = np.abs(arm.joint_velocity).max()
    for _ in range(10):
        waiting = arm.guard.follow(MOVING, arm.now + 0.09)
    assert np.abs(waiting).max() < 0.01 * moving
    assert arm.guard.stop_reason is None
    arm.follow(MOVING, 25)
    assert arm.tip_speed == pytest.approx(0.1, abs=2e-3)
    arm.guard.follow(MOVING, arm.now + 0.11)
    assert "0.11 s old (at most 0.1 s)" in arm.guard.stop_reason


def test_too_large_a_force_on_the_tip_stops_the_arm(arm: FollowingArm) -> None:
    arm.guard.observe(arm.now, START, STILL, STILL, np.array([0.0, 30.0, 39.0, 0.0, 0.0, 0.0]))
    assert arm.guard.stop_reason is None
    arm.guard.observe(arm.now, START, STILL, STILL, np.array([0.0, 36.0, 48.0, 0.0, 0.0, 0.0]))
    assert "60 N at the tip (at most 50 N)" in arm.guard.stop_reason


def test_with_a_dead_man_the_arm_moves_only_while_it_is_held() -> None:
    arm = FollowingArm(SafetyLimits(dead_man=0.25))
    arm.follow(MOVING, 10)
    assert at_rest(arm)
    for _ in range(5):
        arm.guard.hold(arm.now)
        arm.follow(MOVING, 10)
    assert arm.tip_speed == pytest.approx(0.1, abs=2e-3)
    assert arm.guard.held(arm.now)
    arm.follow(MOVING, 60)
    assert at_rest(arm) and not arm.guard.held(arm.now)
    assert arm.guard.stop_reason is None
