"""The arm node with the physical arm's driver, against the simulated robot."""

import signal

import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rclpy.action import ActionClient
from sensor_msgs.msg import JointState
from std_msgs.msg import Float32
from std_srvs.srv import Trigger

from awac_msgs.action import GoToNeutral
from awac_msgs.msg import ArmStatus
from awac_msgs.srv import ResetArm
from awac_ros.arms.kinematics import NEUTRAL
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, position, seconds, stamp, twist_message
from awac_ros.rehearsal.stand_in import StandIn

EAST = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
STILL = np.zeros(6)


class Node:
    """The arm node in its own process, seen from the test."""

    def __init__(self, world, stand_in: StandIn, **parameters) -> None:
        self.world = world
        self.process = world.start("arm", arm="sawyer", robot_port=stand_in.agent_port, **parameters)
        self.tips = world.hear(PoseStamped, "tip_pose", qos.STATE)
        self.statuses = world.hear(ArmStatus, "arm/status", qos.LATCHED)
        self.health = world.hear(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
        self.commands = world.node.create_publisher(TwistStamped, "arm/command", qos.COMMAND)

    def trigger(self, name: str) -> Trigger.Response:
        return self.world.call(Trigger, name, Trigger.Request())

    def command(self, v_base_tip: np.ndarray) -> None:
        now = self.world.node.get_clock().now().nanoseconds / 1e9
        self.commands.publish(twist_message(stamp(now), v_base_tip))

    def push(self, distance: float) -> None:
        """Command the tip on until it has gone so far, m; then it stands, and silence is no reason to stop it."""
        self.world.until(lambda: self.tips)
        start = position(self.tips[-1])

        def gone() -> bool:
            self.command(EAST)
            return np.linalg.norm(position(self.tips[-1]) - start) > distance

        self.world.until(gone)
        self.command(STILL)

    def stopped(self) -> str:
        return self.world.until(lambda: self.statuses and self.statuses[-1].stopped and self.statuses[-1].stop_reason)

    def says(self, key: str, value: str) -> None:
        def heard() -> bool:
            return any(
                pair.key == key and pair.value == value
                for message in self.health[-5:]
                for status in message.status
                for pair in status.values
            )

        self.world.until(heard)


def test_the_physical_arm_follows_commands_and_shows_all_that_it_feels(world, stand_in: StandIn) -> None:
    node = Node(world, stand_in)
    joints = world.hear(JointState, "joint_states", qos.STATE)
    twists = world.hear(TwistStamped, "tip_twist", qos.STATE)
    wrenches = world.hear(WrenchStamped, "tip_wrench", qos.STATE)
    node.push(0.03)
    world.until(lambda: joints and wrenches and any(t.twist.linear.y > 0.05 for t in twists))
    assert len(joints[-1].position) == len(joints[-1].velocity) == len(joints[-1].effort) == 7
    node.says("enabled", "True")
    node.says("E-stop button", "up")
    node.process.send_signal(signal.SIGINT)
    assert node.process.wait(timeout=20) == 0
    assert "Traceback" not in world.log()
    world.until(lambda: not stand_in.status()["velocity_mode"] and stand_in.status()["speed"] == 0.0)


def test_after_an_estop_a_person_resets_enables_and_resumes(world, stand_in: StandIn) -> None:
    node = Node(world, stand_in)
    node.push(0.01)
    stand_in.steer("press_estop")
    assert "robot/reset" in node.stopped()
    assert "E-Stop" in node.trigger("robot/reset").message
    assert "disabled" in node.trigger("arm/resume").message
    stand_in.steer("release_estop")
    node.says("E-stop button", "released, not reset")
    assert "reset the robot" in node.trigger("robot/enable").message
    for name in ("robot/reset", "robot/enable"):
        assert node.trigger(name).success, name
    world.until(lambda: node.trigger("arm/resume").success)
    node.push(0.01)


def test_a_disabled_robot_is_armed_once_a_person_has_enabled_it(world, stand_in: StandIn) -> None:
    stand_in.steer("disable")
    node = Node(world, stand_in)
    assert "arm/resume" in node.stopped()
    assert node.trigger("robot/enable").success
    world.until(lambda: node.trigger("arm/resume").success)
    node.push(0.01)


class Neutral:
    """A goal of the action arm/neutral."""

    def __init__(self, world, client: ActionClient) -> None:
        self.world, self.progress = world, []
        world.until(client.server_is_ready)
        accepted = client.send_goal_async(
            GoToNeutral.Goal(), lambda heard: self.progress.append(heard.feedback.progress)
        )
        world.until(accepted.done)
        self.goal = accepted.result()
        self._ended = self.goal.get_result_async()

    def cancel(self) -> None:
        cancelled = self.goal.cancel_goal_async()
        self.world.until(cancelled.done)

    def end(self) -> tuple[int, str]:
        self.world.until(self._ended.done)
        return self._ended.result().status, self._ended.result().result.message


def test_neutral_is_an_action_that_is_reached_slowly_and_can_be_cancelled(world, stand_in: StandIn) -> None:
    node = Node(world, stand_in)
    client = ActionClient(world.node, GoToNeutral, "arm/neutral")
    node.push(0.05)
    first = Neutral(world, client)
    world.until(lambda: first.progress and first.progress[-1] > 0.2)
    first.cancel()
    assert first.end() == (GoalStatus.STATUS_CANCELED, "cancelled by who asked for it")
    world.until(lambda: stand_in.status()["speed"] < 0.02)
    second = Neutral(world, client)
    world.until(lambda: second.progress)
    third = Neutral(world, client)
    assert second.end() == (GoalStatus.STATUS_ABORTED, "another goal took its place")
    assert third.end() == (GoalStatus.STATUS_SUCCEEDED, "")
    assert third.progress == sorted(third.progress) and third.progress[-1] > 0.9
    np.testing.assert_allclose(stand_in.status()["position"], NEUTRAL, atol=0.05)
    assert max(row[1] for row in stand_in.steer("history", 0.0)) < 1.0


def test_the_way_to_neutral_ends_with_a_stop_and_does_not_begin_while_stopped(world, stand_in: StandIn) -> None:
    node = Node(world, stand_in)
    client = ActionClient(world.node, GoToNeutral, "arm/neutral")
    progress = world.hear(Float32, "arm/progress", qos.LATCHED)
    node.push(0.05)
    for name, why in (("arm/cancel", "arm/cancel was called"), ("arm/stop", "the arm is stopped: arm/stop was called")):
        way = Neutral(world, client)
        world.until(lambda: way.progress)  # noqa: B023
        assert node.trigger(name).success
        assert way.end() == (GoalStatus.STATUS_ABORTED, why)
        world.until(lambda: progress[-1].data == -1.0)
    assert not node.trigger("arm/cancel").success
    status, why = Neutral(world, client).end()
    assert status == GoalStatus.STATUS_ABORTED and "call arm/resume first" in why


def test_a_scene_is_gone_to_and_the_tip_comes_down_beside_the_puck(world, stand_in: StandIn) -> None:
    node = Node(world, stand_in)
    tip, puck = np.array([0.6, 0.05, 0.06]), np.array([0.61, 0.05, 0.06])
    tracker = world.node.create_publisher(PoseStamped, "puck_pose", qos.STATE)
    world.node.create_timer(0.05, lambda: tracker.publish(pose_message(world.node.get_clock().now().to_msg(), puck)))
    pose = pose_message(stamp(0.0), tip, (1.0, 0.0, 0.0, 0.0)).pose
    request = ResetArm.Request(tip=pose, puck=pose)
    answers = []

    def there() -> bool:
        answers.append(world.call(ResetArm, "arm/reset", request))
        return seconds(answers[-1].stamp) > 0.0

    world.until(there)
    assert all(answer.success for answer in answers) and len(answers) > 2
    end = position(node.tips[-1])
    assert end[2] == pytest.approx(0.06, abs=0.01)
    assert np.linalg.norm(end[:2] - puck[:2]) == pytest.approx(0.075, abs=0.01)


def test_nothing_moves_before_the_node_is_activated(world, stand_in: StandIn) -> None:
    node = Node(world, stand_in, autostart=False)
    change = lambda number: world.call(  # noqa: E731
        ChangeState, "arm/change_state", ChangeState.Request(transition=Transition(id=number))
    )
    assert "not configured" in node.trigger("arm/resume").message
    assert change(Transition.TRANSITION_CONFIGURE).success
    world.until(lambda: node.tips)
    node.command(EAST)
    assert stand_in.status()["commands"] == 0 and node.stopped()
    assert change(Transition.TRANSITION_ACTIVATE).success
    node.push(0.01)
    assert change(Transition.TRANSITION_DEACTIVATE).success
    assert "not active" in node.stopped()
    world.until(lambda: stand_in.status()["speed"] == 0.0 and not stand_in.status()["velocity_mode"])
    assert world.call(GetState, "arm/get_state", GetState.Request()).current_state.label == "inactive"
    assert change(Transition.TRANSITION_CLEANUP).success
    node.process.send_signal(signal.SIGINT)
    assert node.process.wait(timeout=20) == 0


def test_without_an_agent_the_node_says_how_to_start_one(world) -> None:
    process = world.start("arm", arm="sawyer", robot_port=1)
    assert process.wait(timeout=30) == 2
    assert "start sawyer_agent.py" in world.log()
    assert "Traceback" not in world.log()
