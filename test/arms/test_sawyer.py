"""The driver against the simulated robot: the agent runs unmodified, in a process of its own."""

import contextlib
import itertools
import math
import os
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from awac_ros.arms import sawyer_agent as agent
from awac_ros.arms.kinematics import NEUTRAL
from awac_ros.arms.sawyer import SawyerArm
from awac_ros.errors import AwacError
from awac_ros.rehearsal.stand_in import StandIn

EAST = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
STILL = np.zeros(6)


@pytest.fixture(autouse=True)
def precedence() -> Iterator[None]:
    """As the arm node takes it, where the system grants it: a busy machine would stop the arm."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    yield
    os.sched_setscheduler(0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))


@pytest.fixture
def arm(stand_in: StandIn) -> Iterator[SawyerArm]:
    arm = SawyerArm("127.0.0.1", stand_in.agent_port)
    # What the test before did is over: the agent sees the robot renewed and has come to rest.
    try:
        drive(arm, STILL, lambda: not (agent.trouble(arm.robot_state) or arm.robot_state.flags & agent.ENGAGED))
        yield arm
    finally:
        arm.close()


def drive(arm: SawyerArm, twist: np.ndarray, until: Callable[[], object], patience: float = 20.0) -> None:
    """Follow the twist at the arm's rate until something is so."""
    due = time.monotonic()
    end = due + patience
    while not until():
        assert time.monotonic() < end, f"waited in vain; {arm.stop_reason}"
        arm.follow(twist)
        due = max(due + arm.inner_period, time.monotonic())
        time.sleep(max(due - time.monotonic(), 0.0))


def went(arm: SawyerArm, distance: float) -> Callable[[], bool]:
    start = arm.state().p_base_tip
    return lambda: np.linalg.norm(arm.state().p_base_tip - start) > distance


def moving(arm: SawyerArm) -> SawyerArm:
    arm.resume()
    drive(arm, EAST, went(arm, 0.02))
    assert arm.stop_reason is None
    return arm


def at_rest(arm: SawyerArm, stand_in: StandIn) -> None:
    drive(arm, EAST, lambda: (status := stand_in.status())["speed"] == 0.0 and not status["velocity_mode"])
    before, count = stand_in.status()["position"], itertools.count()
    drive(arm, EAST, lambda: next(count) > 30)
    assert stand_in.status()["position"] == before


def served(arm: SawyerArm, action: int) -> tuple[bool, str]:
    request, answers = arm.request(action), []
    drive(arm, STILL, lambda: answers or (answer := arm.answer(request)) and answers.append(answer))
    return answers[0]


def test_connecting_moves_nothing_and_shows_the_measured_state(arm: SawyerArm, stand_in: StandIn) -> None:
    drive(arm, EAST, lambda: arm.robot_state.stamp > 0.0 and stand_in.status()["commands"] == 0)
    np.testing.assert_allclose(arm.state().joint_position, NEUTRAL)
    np.testing.assert_allclose(arm.state().p_base_tip, arm.kinematics.frame_pose(NEUTRAL)[0])
    assert arm.robot_state.flags & agent.ENABLED and not arm.robot_state.flags & agent.ENGAGED
    assert "arm/resume" in arm.stop_reason


def test_the_tip_follows_its_twist_and_every_command_carries_seven_joints(arm: SawyerArm, stand_in: StandIn) -> None:
    moving(arm)
    np.testing.assert_allclose(arm.velocity()[:3], EAST[:3], atol=0.02)
    status = stand_in.status()
    assert status["velocity_mode"] and status["timeout"] <= 0.2 and status["commands"] > 10
    assert status["refused"] == [] and status["timeouts"] == 0


def test_a_stop_brakes_and_gives_the_arm_back_to_the_robots_own_hold(arm: SawyerArm, stand_in: StandIn) -> None:
    moving(arm).stop("the operator pressed stop")
    at_rest(arm, stand_in)
    assert arm.stop_reason == "the operator pressed stop"
    arm.resume()
    rest = np.array(stand_in.status()["position"])
    drive(arm, EAST, lambda: len(stand_in.status()) and stand_in.status()["velocity_mode"])
    assert np.abs(np.array(stand_in.status()["position"]) - rest).max() < 0.05
    drive(arm, EAST, went(arm, 0.01))


@pytest.mark.parametrize(
    ("event", "value", "words"),
    [
        ("press_estop", True, "robot/reset"),
        ("disable", True, "robot/enable"),
        ("collided", True, "collision"),
        ("cuff", True, "cuff"),
        ("delay_states", math.inf, "old"),
        ("delay_states", 0.3, "old"),
    ],
)
def test_trouble_of_the_robot_stops_the_arm_until_it_is_over_and_somebody_resumes(
    arm: SawyerArm, stand_in: StandIn, event: str, value: object, words: str
) -> None:
    moving(arm)
    stand_in.steer(event, value)
    drive(arm, EAST, lambda: arm.stop_reason)
    assert words in arm.stop_reason
    at_rest(arm, stand_in)
    with pytest.raises(AwacError, match="can't be moved"):
        arm.resume()
    assert arm.stop_reason is not None


def test_after_an_estop_the_arm_stays_where_it_is_until_reset_enabled_and_resumed(
    arm: SawyerArm, stand_in: StandIn
) -> None:
    moving(arm)
    stand_in.steer("press_estop")
    drive(arm, EAST, lambda: arm.stop_reason)
    at_rest(arm, stand_in)
    rest = stand_in.status()["position"]
    success, text = served(arm, agent.RESET)
    assert not success and "E-Stop" in text
    stand_in.steer("release_estop")
    success, text = served(arm, agent.ENABLE)
    assert not success and "reset the robot" in text, "enabling must not reset by itself"
    assert served(arm, agent.RESET) == (True, "")
    assert served(arm, agent.ENABLE) == (True, "")
    drive(arm, EAST, lambda: arm.robot_state.flags & agent.ENABLED)
    assert stand_in.status()["position"] == pytest.approx(rest, abs=1e-6)
    arm.resume()
    drive(arm, EAST, went(arm, 0.01))


def test_the_gripper_opens_and_closes(arm: SawyerArm, stand_in: StandIn) -> None:
    assert served(arm, agent.OPEN_GRIPPER) == (True, "")
    drive(arm, STILL, lambda: stand_in.status()["gripper"] > 0.04)
    assert served(arm, agent.CLOSE_GRIPPER) == (True, "")
    drive(arm, STILL, lambda: stand_in.status()["gripper"] == 0.0)


def test_a_killed_agent_is_a_stop_and_a_new_one_is_found_by_resume(arm: SawyerArm, stand_in: StandIn) -> None:
    moving(arm)
    stand_in.agent.kill()
    stand_in.agent.wait()
    drive(arm, EAST, lambda: arm.stop_reason)
    assert "link to the robot is lost" in arm.stop_reason
    at_rest(arm, stand_in)
    with pytest.raises(AwacError, match="can't be reached"):
        arm.resume()
    stand_in.start_agent(stand_in.agent_port)
    arm.resume()
    drive(arm, EAST, went(arm, 0.01))


def test_a_second_arm_node_is_turned_away(arm: SawyerArm, stand_in: StandIn) -> None:
    with pytest.raises(AwacError, match="another arm node is connected"):
        SawyerArm("127.0.0.1", stand_in.agent_port)
    moving(arm)


def test_an_arm_that_was_let_go_is_braked_by_the_agent(arm: SawyerArm, stand_in: StandIn) -> None:
    moving(arm).close()
    deadline = time.monotonic() + 20.0
    while (status := stand_in.status())["velocity_mode"] or status["speed"]:
        assert time.monotonic() < deadline, status
    assert status["timeouts"] == 0


def test_no_agent_is_one_sentence_with_the_way_out() -> None:
    with pytest.raises(AwacError, match=r"127\.0\.0\.1:1 can't be reached .* start sawyer_agent.py"):
        SawyerArm("127.0.0.1", 1)
