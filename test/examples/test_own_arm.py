"""What every Arm promises, asked of the simulated arm and of examples/arm, as docs/howto/own_arm.md says."""

import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench.lagging_joints import LaggingJoints

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "arm"
PAGE = (ROOT / "docs" / "howto" / "own_arm.md").read_text()
START = np.array([0.6, 0.0, 0.15])
EAST = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
LIMITS = SafetyLimits()

sys.path.insert(0, str(EXAMPLE))
from own_arm import Measured, OwnArm  # noqa: E402

sys.path.remove(str(EXAMPLE))


class LaggingRobot:
    """Stands for the maker's library: joints that follow 20 ms late."""

    def __init__(self) -> None:
        self.joints = LaggingJoints(Kinematics().inverse(START), OwnArm.inner_period, 0.02)
        self.age = 0.0
        self.broken = self.released = False

    def read(self) -> Measured:
        if self.broken:
            raise OSError("no route to the robot")
        return Measured(time.monotonic() - self.age, self.joints.position, self.joints.velocity, np.zeros(7))

    def send(self, joint_velocity: np.ndarray) -> None:
        self.joints.follow(joint_velocity)

    def release(self) -> None:
        self.released = True


@pytest.fixture
def robot():
    return LaggingRobot()


@pytest.fixture(params=["bullet", "own"])
def arm(request, robot):
    if request.param == "bullet":
        arm = BulletArm()
        arm.reset(START, np.array([0.7, -0.15, 0.06]))
    else:
        arm = OwnArm(robot)
        arm.resume()
    yield arm
    arm.close()


@pytest.fixture
def own(robot):
    arm = OwnArm(robot)
    arm.resume()
    return arm


def drive(arm, v_base_tip, seconds):
    """The joint velocities (N, 7) on the way."""
    seen = []
    for _ in range(round(seconds / arm.inner_period)):
        arm.follow(v_base_tip)
        seen.append(arm.state().joint_velocity)
    return np.array(seen)


def test_an_arm_says_what_it_is_and_where_it_is(arm):
    assert len(arm.joint_names) == 7 and 0.0 < arm.inner_period <= 0.05
    state = arm.state()
    shapes = {state.joint_position.shape, state.joint_velocity.shape, state.joint_effort.shape}
    assert shapes == {(7,)} and state.q_base_tip.shape == (4,)
    np.testing.assert_allclose(state.p_base_tip, START, atol=1e-3)


def test_an_arm_that_is_told_nothing_rests(arm):
    drive(arm, np.zeros(6), 0.5)
    np.testing.assert_allclose(arm.state().p_base_tip, START, atol=2e-3)


def test_an_arm_follows_its_twist_within_the_limits_of_its_joints(arm):
    velocities = drive(arm, EAST, 1.0)
    moved = arm.state().p_base_tip - START
    assert 0.08 < moved[1] < 0.105 and np.abs(moved[[0, 2]]).max() < 5e-3
    assert (np.abs(velocities).max(axis=0) < 1.05 * np.array(LIMITS.joint_velocity)).all()


def test_an_arm_never_leaves_its_workspace(arm):
    drive(arm, 10.0 * EAST, 3.0)
    assert 0.24 < arm.state().p_base_tip[1] < LIMITS.workspace_high[1]
    assert arm.stop_reason is None


def test_a_twist_that_is_not_finite_stops_an_arm(arm):
    drive(arm, EAST, 0.3)
    arm.follow(np.full(6, np.nan))
    assert "not finite" in arm.stop_reason


def test_a_stopped_arm_brakes_keeps_the_first_reason_and_stays_until_resumed(arm):
    drive(arm, EAST, 0.5)
    arm.stop("the operator said stop")
    arm.stop("a later reason")
    velocities = drive(arm, EAST, 0.5)
    assert np.abs(velocities[0]).max() > 0.01, "it must not stop dead"
    assert np.abs(velocities[-1]).max() < 2e-3
    assert arm.stop_reason == "the operator said stop"
    rested = arm.state().p_base_tip
    arm.resume()
    assert arm.stop_reason is None
    drive(arm, EAST, 0.5)
    assert arm.state().p_base_tip[1] > rested[1] + 0.03


def test_the_example_moves_only_after_somebody_has_said_so(robot):
    arm = OwnArm(robot)
    drive(arm, EAST, 0.3)
    assert "not started" in arm.stop_reason
    np.testing.assert_allclose(arm.state().p_base_tip, START, atol=1e-6)


def test_old_measurements_stop_the_example(own, robot):
    drive(own, EAST, 0.3)
    robot.age = 0.5
    velocities = drive(own, EAST, 0.5)
    assert "the measured joint state is 0.5" in own.stop_reason
    assert np.abs(velocities[-1]).max() < 2e-3


def test_a_lost_link_stops_the_example_and_it_says_so(own, robot):
    drive(own, EAST, 0.3)
    robot.broken = True
    own.follow(EAST)
    assert "the link to the robot is lost (no route to the robot)" in own.stop_reason
    robot.broken = False
    assert np.abs(drive(own, EAST, 0.5)[-1]).max() < 2e-3
    own.close()
    assert robot.released


def test_the_page_shows_the_example_as_it_is():
    shown = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    source = (EXAMPLE / "own_arm.py").read_text()
    assert shown and all(block.strip() in source for block in shown)


def test_the_page_names_files_that_exist():
    for path in re.findall(r"\]\((\.\./\.\./[^)#]+)\)", PAGE):
        assert (ROOT / "docs" / "howto" / path).resolve().exists(), path
