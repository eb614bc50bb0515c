"""The simulated robot does what the real one was measured to do."""

import math

import numpy as np
import pytest

from awac_ros.arms.kinematics import JOINT_NAMES, NEUTRAL
from awac_ros.rehearsal.joints import FreeJoints
from awac_ros.rehearsal.robot import POSITION, PRESSED, RELEASED, UP, VELOCITY, RobotConfig, SimulatedRobot


def command(mode: int, values: list[float], names: tuple[str, ...] = JOINT_NAMES) -> dict:
    return {"mode": mode, "names": list(names), "position": values, "velocity": values}


def pass_time(robot: SimulatedRobot, begin: float, seconds: float) -> float:
    for step in range(1, round(seconds / robot.joints.period) + 1):
        robot.step(begin + step * robot.joints.period)
    return begin + seconds


@pytest.fixture
def robot() -> SimulatedRobot:
    return SimulatedRobot(FreeJoints())


def test_a_velocity_is_followed_until_the_robots_own_timeout_and_then_held(robot: SimulatedRobot) -> None:
    robot.joint_command(command(VELOCITY, [0.5] * 7), now=0.0)
    now = pass_time(robot, 0.0, 0.19)
    assert robot.mode == VELOCITY
    np.testing.assert_allclose(robot.joints.velocity, 0.5, atol=0.01)
    pass_time(robot, now, 0.5)
    assert robot.mode == POSITION and robot.timeouts == 1
    assert not robot.joints.velocity.any()


def test_a_position_is_completed_although_nothing_more_is_said(robot: SimulatedRobot) -> None:
    robot.joint_command(command(POSITION, (NEUTRAL + 0.2).tolist()), now=0.0)
    pass_time(robot, 0.0, 5.0)
    np.testing.assert_allclose(robot.joints.position, NEUTRAL + 0.2, atol=1e-3)


@pytest.mark.parametrize(
    "malformed",
    [
        command(VELOCITY, [0.1] * 6, JOINT_NAMES[:6]),
        command(VELOCITY, [0.1] * 6),
        command(VELOCITY, [math.nan] * 7),
        command(VELOCITY, [0.1] * 7, ("left_s0", *JOINT_NAMES[1:])),
        command(9, [0.1] * 7),
    ],
)
def test_a_malformed_command_is_refused_and_changes_nothing(robot: SimulatedRobot, malformed: dict) -> None:
    robot.joint_command(malformed, now=0.0)
    pass_time(robot, 0.0, 0.1)
    assert len(robot.refused) == 1 and robot.commands == 0
    np.testing.assert_array_equal(robot.joints.position, NEUTRAL)


@pytest.mark.parametrize(("clips", "fastest"), [(True, 1.328), (False, 3.0)])
def test_only_some_robots_clip_velocities(clips: bool, fastest: float) -> None:
    robot = SimulatedRobot(FreeJoints(), RobotConfig(clips_speed=clips))
    robot.joint_command(command(VELOCITY, [3.0] * 7), now=0.0)
    pass_time(robot, 0.0, 0.19)
    assert robot.joints.velocity[1] == pytest.approx(fastest, abs=0.01)


def test_an_estop_is_pressed_released_and_reset_before_the_robot_can_be_enabled(robot: SimulatedRobot) -> None:
    robot.press_estop()
    robot.reset()
    robot.enable(True)
    assert (robot.stopped, robot.enabled, robot.estop_button) == (True, False, PRESSED)
    robot.release_estop()
    robot.enable(True)
    assert (robot.stopped, robot.enabled, robot.estop_button) == (True, False, RELEASED)
    robot.reset()
    assert (robot.stopped, robot.enabled, robot.estop_button) == (False, False, UP)
    robot.enable(True)
    assert robot.enabled


def test_a_disabled_robot_brakes_at_once_and_hears_no_command(robot: SimulatedRobot) -> None:
    robot.joint_command(command(VELOCITY, [0.5] * 7), now=0.0)
    now = pass_time(robot, 0.0, 0.15)
    robot.enable(False)
    robot.joint_command(command(VELOCITY, [0.5] * 7), now)
    now = pass_time(robot, now, 0.3)
    assert not robot.joints.velocity.any()
    rest = robot.joints.position
    robot.enable(True)
    pass_time(robot, now, 1.0)
    np.testing.assert_allclose(robot.joints.position, rest, atol=1e-6)


def test_the_timeout_is_clipped_as_the_robot_clips_it(robot: SimulatedRobot) -> None:
    robot.set_timeout(7.0)
    assert robot.timeout == 1.0
    robot.set_timeout(-1.0)
    assert robot.timeout == 0.0
