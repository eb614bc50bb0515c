"""The console's side of the graph: fills board and picture from topics, and publishes twists."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Empty

from awac_msgs.msg import ActorStatus, ArmStatus, EpisodeStatus, LearnerStatus
from awac_ros.arms.kinematics import JOINT_NAMES
from awac_ros.console.board import Board, Ended, NodeState
from awac_ros.console.scene import Picture
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.learner_pause import PAUSED
from awac_ros.nodes.messages import orientation, position, twist, twist_message
from awac_ros.nodes.observer import PUCK, TIP
from awac_ros.nodes.peer import Peer, missed

_LOOKAHEAD = 0.4
"""s: how far ahead of the tip the ghost of the command is drawn."""
_LEVELS = {DiagnosticStatus.OK: "ok", DiagnosticStatus.WARN: "warn"}
_OUTCOMES = {
    EpisodeStatus.UNDECIDED: "undecided",
    EpisodeStatus.SUCCESS: "success",
    EpisodeStatus.FAILURE: "failure",
    EpisodeStatus.DISCARDED: "discarded",
}
_STATES = {EpisodeStatus.WAITING: "waiting", EpisodeStatus.RUNNING: "running", EpisodeStatus.ENDED: "ended"}


class ConsoleTopics:
    """Subscribes for one console; a message that can't be used is told to the log and shown nowhere."""

    def __init__(self, node: Node, control_period: float, earlier: Sequence[Ended], made: int) -> None:
        """`control_period` in s; `earlier` are episodes of earlier starts, in which `made` control steps were made."""
        self._node = node
        self.board = Board(control_period, earlier=earlier, made=made)
        self._joints: np.ndarray | None = None
        self._poses: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._goal: np.ndarray | None = None
        self._command = np.zeros(6)
        self._commanded = 0.0
        self._new_history = False
        self._twist = node.create_publisher(TwistStamped, "teleop/twist", qos.COMMAND)
        self._released = node.create_publisher(Empty, "teleop/released", qos.EVENTS)
        node.create_subscription(JointState, "joint_states", self._take_joints, qos.STATE)
        node.create_subscription(PoseStamped, TIP, lambda message: self._take_pose(TIP, message), qos.STATE)
        node.create_subscription(PoseStamped, PUCK, lambda message: self._take_pose(PUCK, message), qos.STATE)
        node.create_subscription(PoseStamped, "goal_pose", self._take_goal, qos.LATCHED)
        node.create_subscription(TwistStamped, "arm/command", self._take_command, qos.COMMAND)
        node.create_subscription(Bool, "arm/held", self._take_held, qos.LATCHED)
        node.create_subscription(EpisodeStatus, "episode/status", self._take_episode, qos.EPISODES)
        node.create_subscription(DiagnosticArray, "/diagnostics", self._take_diagnostics, qos.DIAGNOSTICS)
        self._peers = (
            Peer(node, "arm", ArmStatus, lambda: "nothing moves", self._take_arm),
            Peer(node, "actor", ActorStatus, lambda: "no episode goes on", self._take_actor),
            Peer(node, "learner", LearnerStatus, lambda: "nothing more is learned", self._take_learner),
            Peer(node, "recorder", DiagnosticStatus, lambda: "nothing is recorded", self._take_recorded),
        )

    def send_twist(self, v_base_tip: np.ndarray) -> None:
        self._twist.publish(twist_message(self._node.get_clock().now().to_msg(), v_base_tip))

    def send_released(self) -> None:
        """The dead-man was let go: the policy may go on at once."""
        self._released.publish(Empty())

    def picture(self) -> Picture:
        """The newest of everything."""
        tip = self._poses.get(TIP)
        moving = time.monotonic() - self._commanded < _LOOKAHEAD and np.linalg.norm(self._command[:3]) > 5e-3
        ahead = tip[0] + _LOOKAHEAD * self._command[:3] if tip is not None and moving else None
        return Picture(self._joints, tip, self._poses.get(PUCK), self._goal, ahead)

    def missed(self) -> str | None:
        """One sentence while a node is missed that the page shows, or None."""
        return missed(self._peers)

    def take_history(self) -> bool:
        """Whether an episode has ended since the last call."""
        new, self._new_history = self._new_history, False
        return new

    def _take_joints(self, message: JointState) -> None:
        angles = dict(zip(message.name, message.position, strict=False))
        if all(name in angles for name in JOINT_NAMES):
            self._joints = np.array([angles[name] for name in JOINT_NAMES])

    def _take_pose(self, topic: str, message: PoseStamped) -> None:
        try:
            x, y, z, w = orientation(message)
            self._poses[topic] = position(message), np.array((w, x, y, z))
        except AwacError as error:
            self._say(topic, error)

    def _take_goal(self, message: PoseStamped) -> None:
        try:
            self._goal = position(message)
        except AwacError as error:
            self._say("goal_pose", error)

    def _take_command(self, message: TwistStamped) -> None:
        try:
            self._command, self._commanded = twist(message), time.monotonic()
        except AwacError as error:
            self._say("arm/command", error)

    def _take_arm(self, message: ArmStatus) -> None:
        self.board.arm = {
            "stopped": message.stopped,
            "reason": message.stop_reason,
            "lockstep": message.lockstep,
            "rate": message.rate,
            "overruns": message.overruns,
        }

    def _take_held(self, message: Bool) -> None:
        self.board.held = message.data

    def _take_actor(self, message: ActorStatus) -> None:
        self.board.actor = {
            "mode": message.mode,
            "message": message.message,
            "rate": message.rate,
            "overruns": message.overruns,
            "acted": message.acted,
            "queued": message.queued,
            "version": message.policy_version,
            "weights_age": message.weights_age,
        }

    def _take_learner(self, message: LearnerStatus) -> None:
        self.board.learner = {
            "version": message.version,
            "updates": message.updates,
            "environment_steps": message.environment_steps,
            "updates_per_second": message.updates_per_second,
            "message": message.message,
            "paused": message.message == PAUSED,
        }

    def _take_episode(self, message: EpisodeStatus) -> None:
        if message.state not in _STATES or message.outcome not in _OUTCOMES:
            self._say("episode/status", AwacError(f"no state {message.state} with outcome {message.outcome} is known"))
            return
        self.board.stand(message.episode, _STATES[message.state], time.monotonic())
        if message.state == EpisodeStatus.ENDED:
            self.board.end(message.episode, _OUTCOMES[message.outcome], message.steps, message.sum_of_rewards)
            self._new_history = True

    def _take_recorded(self, message: DiagnosticStatus) -> None:
        values = {pair.key: pair.value for pair in message.values}
        self.board.recorded = {"message": message.message, "last": values.get("last outcome")}

    def _take_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            level = _LEVELS.get(status.level, "error")
            name = status.hardware_id or status.name
            self.board.nodes[name] = NodeState(level, status.message, time.monotonic(), _pace(status))

    def _say(self, topic: str, error: AwacError) -> None:
        self._node.get_logger().error(f"{topic} is not shown: {error}", throttle_duration_sec=1.0)


def _pace(status: DiagnosticStatus) -> str:
    """Rate and overruns of a node that reports them."""
    values = {pair.key: pair.value for pair in status.values}
    if not {"rate (Hz)", "overruns"} <= values.keys():
        return ""
    return f"{values['rate (Hz)']} Hz, {values['overruns']} overruns"
