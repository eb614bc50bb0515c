import numpy as np
import pytest

from awac_ros.arms import Arm
from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError
from awac_ros.nodes import arm_motion
from awac_ros.nodes.arm_motion import CommandWatch, OwnMotion

MOVING = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0])


class RememberingArm(Arm):
    joint_names = ()
    inner_period = 0.02
    held = True

    def __init__(self) -> None:
        self.followed: list[np.ndarray] = []
        self.reason: str | None = None

    def state(self) -> None: ...

    def close(self) -> None: ...

    def follow(self, v_base_tip: np.ndarray) -> None:
        self.followed.append(v_base_tip)

    def stop(self, reason: str) -> None:
        self.reason = self.reason or reason

    def resume(self) -> None:
        self.reason = None

    def hold(self, age: float) -> None: ...

    @property
    def stop_reason(self) -> str | None:
        return self.reason


@pytest.fixture
def arm() -> RememberingArm:
    return RememberingArm()


def test_silence_during_motion_stops_the_arm(arm: RememberingArm) -> None:
    watch = CommandWatch(arm, timeout=0.2)
    watch.command(MOVING, age=0.01, now=1.0)
    watch.follow(1.19)
    assert arm.reason is None and arm.followed[-1] is MOVING
    watch.follow(1.21)
    assert "no command for 0.2 s" in arm.reason
    assert not arm.followed[-1].any()


def test_silence_after_a_zero_command_is_rest(arm: RememberingArm) -> None:
    watch = CommandWatch(arm, timeout=0.2)
    watch.command(MOVING, age=0.0, now=1.0)
    watch.command(np.zeros(6), age=0.0, now=1.1)
    watch.follow(100.0)
    assert arm.reason is None


@pytest.mark.parametrize(("age", "word"), [(0.3, "before"), (-0.3, "after")])
def test_a_command_of_another_time_stops_the_arm(arm: RememberingArm, age: float, word: str) -> None:
    watch = CommandWatch(arm, timeout=0.2)
    watch.command(MOVING, age=0.0, now=1.0)
    watch.command(MOVING, age=age, now=1.05)
    assert f"0.30 s {word} the arm's clock" in arm.reason
    watch.follow(1.06)
    assert not arm.followed[-1].any()


@pytest.mark.parametrize("age", [0.3, -0.3])
def test_stillness_of_another_time_stops_only_an_arm_that_moves(arm: RememberingArm, age: float) -> None:
    watch = CommandWatch(arm, timeout=0.2)
    watch.command(np.zeros(6), age, now=1.0)
    assert arm.reason is None
    watch.command(MOVING, age=0.0, now=1.1)
    watch.command(np.zeros(6), age, now=1.15)
    assert "the arm's clock" in arm.reason
    watch.follow(1.16)
    assert not arm.followed[-1].any()


def test_commands_during_a_stop_are_not_followed_after_it(arm: RememberingArm) -> None:
    watch = CommandWatch(arm, timeout=0.2)
    arm.stop("somebody said so")
    watch.command(MOVING, age=0.0, now=1.0)
    arm.resume()
    watch.follow(1.01)
    assert not arm.followed[-1].any()


def test_a_command_given_before_a_halt_is_not_followed_after_it(arm: RememberingArm) -> None:
    watch = CommandWatch(arm, timeout=0.2)
    watch.halt(now=1.0)
    watch.command(MOVING, age=0.1, now=1.05)
    watch.follow(1.06)
    assert not arm.followed[-1].any() and arm.reason is None
    watch.command(MOVING, age=0.01, now=1.1)
    watch.follow(1.11)
    assert arm.followed[-1] is MOVING


def test_the_timeout_runs_on_the_arms_clock(arm: RememberingArm) -> None:
    watch = CommandWatch(arm, timeout=0.2, speed=10.0)
    watch.command(MOVING, age=0.0, now=1.0)
    watch.follow(1.03)
    assert arm.reason is not None


def test_the_tip_comes_down_beside_the_puck_and_never_on_it() -> None:
    tip = np.array([0.6, 0.0, 0.06])
    for puck in ([0.6, 0.0, 0.06], [0.62, 0.01, 0.06], [0.6, 0.2, 0.06]):
        beside = arm_motion._beside(tip, np.array(puck))
        assert np.linalg.norm(beside[:2] - puck[:2]) >= arm_motion.BESIDE_PUCK - 1e-9
        assert beside[2] == tip[2]
    np.testing.assert_array_equal(beside, tip)


def test_a_motion_of_its_own_is_not_begun_while_the_arm_is_stopped(arm: RememberingArm) -> None:
    arm.stop("somebody said so")
    with pytest.raises(AwacError, match="somebody said so"):
        OwnMotion(arm).go(object())


def test_a_motion_of_its_own_waits_for_the_dead_man_however_long_and_goes_on_with_it() -> None:
    arm = BulletArm(limits=SafetyLimits(dead_man=0.2))
    try:
        tip, puck = np.array([0.6, 0.05, 0.06]), np.array([0.6, -0.15, 0.06])
        begin = np.array([0.55, -0.05, 0.06])
        arm.reset(begin, puck)
        motion = OwnMotion(arm)
        for _ in range(200):
            assert not motion.scene(tip, puck)
            motion.step()
        np.testing.assert_allclose(arm.state().p_base_tip, begin, atol=1e-3)
        for _ in range(400):
            arm.hold(0.0)
            if motion.scene(tip, puck):
                break
            motion.step()
        np.testing.assert_allclose(arm.state().p_base_tip, tip, atol=5e-3)
    finally:
        arm.close()


def test_a_puck_put_under_the_descending_tip_sends_it_up_and_elsewhere() -> None:
    arm = BulletArm()
    try:
        tip, puck = np.array([0.6, 0.05, 0.06]), np.array([0.6, -0.15, 0.06])
        arm.reset(np.array([0.55, -0.05, 0.06]), puck)
        motion = OwnMotion(arm)
        while not motion.scene(tip, puck) and np.linalg.norm(arm.state().p_base_tip - tip) > 0.08:
            motion.step()
        puck = tip + (0.01, 0.0, 0.0)
        arm.put_puck(puck)
        for _ in range(1000):
            if motion.scene(tip, puck):
                break
            motion.step()
        assert np.linalg.norm(arm.state().p_base_tip[:2] - puck[:2]) > 0.07
        assert arm.state().p_base_tip[2] == pytest.approx(tip[2], abs=0.005)
        np.testing.assert_allclose(arm.puck_position(), puck, atol=0.003)
    finally:
        arm.close()
