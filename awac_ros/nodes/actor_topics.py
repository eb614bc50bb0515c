"""The actor's side of the graph: fills the plain objects from topics, and publishes for them."""

from __future__ import annotations

import time

import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.publisher import Publisher
from std_msgs.msg import Bool, Empty

from awac_msgs.msg import ActorStatus, ArmStatus, EpisodeMark, EpisodeStatus, LearnerStatus
from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_ros.data import Layout, Outcome, Transitions
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.actor_episode import ActorEpisode
from awac_ros.nodes.human import Human, HumanTwist, Mark
from awac_ros.nodes.mark_services import MarkServices
from awac_ros.nodes.messages import (
    orientation,
    pose_message,
    position,
    seconds,
    stamp,
    transitions_message,
    twist,
    twist_message,
    weights_from_message,
)
from awac_ros.nodes.observer import PUCK, TIP, Measurement, Observer
from awac_ros.nodes.peer import Peer, missed
from awac_ros.nodes.policy_slot import PolicySlot

_MARKS = {
    EpisodeMark.START: Mark.START,
    EpisodeMark.SUCCESS: Mark.SUCCESS,
    EpisodeMark.FAILURE: Mark.FAILURE,
    EpisodeMark.DISCARD: Mark.DISCARD,
    EpisodeMark.STOP: Mark.STOP,
}
_OUTCOMES = {
    Outcome.SUCCESS: EpisodeStatus.SUCCESS,
    Outcome.FAILURE: EpisodeStatus.FAILURE,
    Outcome.DISCARDED: EpisodeStatus.DISCARDED,
}


class ActorTopics:
    """Subscribes and publishes for one actor."""

    def __init__(
        self, node: Node, layout: Layout, actor_id: str, observer: Observer, human: Human, slot: PolicySlot | None
    ) -> None:
        """`slot` is None where no learner may replace the policy."""
        self._node = node
        self._layout = layout
        self._actor_id = actor_id
        self._observer = observer
        self._human = human
        self._slot = slot
        self.arm_stopped: str | None = None
        """Why the arm is stopped, or None."""
        self.arm_held = True
        """Whether a person's hold lets the arm move; always, where it asks for none."""
        self._episode_state: int | None = None
        MarkServices(node, human, lambda: self._episode_state)
        self._probed = self._proven = False
        node.create_subscription(PoseStamped, TIP, lambda message: self._measure(TIP, message), qos.STATE)
        node.create_subscription(PoseStamped, PUCK, lambda message: self._measure(PUCK, message), qos.STATE)
        self._peers = [Peer(node, "arm", ArmStatus, lambda: "nothing moves", self._take_arm_status)]
        node.create_subscription(Bool, "arm/held", self._take_held, qos.LATCHED)
        node.create_subscription(TwistStamped, "teleop/twist", self._take_twist, qos.COMMAND)
        node.create_subscription(Empty, "teleop/released", lambda _: human.let_go(), qos.EVENTS)
        node.create_subscription(EpisodeMark, "episode/mark", self._take_mark, qos.EVENTS)
        if slot is not None:
            node.create_subscription(PolicyWeightsMessage, "policy/weights", self._take_weights, qos.WEIGHTS)
            self._peers.append(Peer(node, "learner", LearnerStatus, lambda: f"version {slot.version} stays in use"))
        self._command = self._create_command_publisher()
        self._goal = node.create_publisher(PoseStamped, "goal_pose", qos.LATCHED)
        self._transitions = node.create_publisher(TransitionsMessage, "transitions", qos.KEPT)
        self._episode = node.create_publisher(EpisodeStatus, "episode/status", qos.KEPT)
        self._status = node.create_publisher(ActorStatus, "actor/status", qos.STATUS)

    def reconnect_command(self) -> None:
        """A new publisher of arm/command, which the arm discovers anew."""
        self._node.destroy_publisher(self._command)
        self._command = self._create_command_publisher()

    def send_command(self, v_base_tip: np.ndarray, at: float) -> None:
        self._command.publish(twist_message(stamp(at), v_base_tip))

    def send_goal(self, p_base_goal: np.ndarray, at: float) -> None:
        self._goal.publish(pose_message(stamp(at), p_base_goal))

    def send_transitions(self, transitions: Transitions) -> None:
        self._transitions.publish(transitions_message(transitions, self._layout))

    def send_episode(self, state: int, episode: ActorEpisode, at: float, outcome: Outcome | None = None) -> None:
        """`state` is one of EpisodeStatus's."""
        self._episode_state = state
        message = EpisodeStatus(
            actor_id=self._actor_id,
            episode=episode.number,
            state=state,
            outcome=EpisodeStatus.UNDECIDED if outcome is None else _OUTCOMES[outcome],
            steps=len(episode),
            sum_of_rewards=episode.sum_of_rewards,
        )
        message.header.stamp = stamp(at)
        self._episode.publish(message)

    def rest(self) -> None:
        """No episode waits for its START any more."""
        self._episode_state = None

    def send_status(self, status: ActorStatus) -> None:
        status.header.stamp = self._node.get_clock().now().to_msg()
        status.actor_id = self._actor_id
        self._status.publish(status)

    def is_recorded(self) -> bool:
        """Whether somebody hears the transitions: proven, once, by the acknowledgement of an empty message.

        The middleware counts a subscription some time before that subscription hears anything.
        """
        if self._transitions.get_subscription_count() == 0:
            self._probed = self._proven = False
        elif not self._probed:
            self.send_transitions(Transitions.empty(self._layout))
            self._probed = True
        elif not self._proven:
            self._proven = self._transitions.wait_for_all_acked(Duration())
        return self._proven

    def missed(self) -> str | None:
        """One sentence while the arm or the learner is missed, or None."""
        return missed(self._peers)

    def flush(self, patience: float) -> None:
        """Wait, at most `patience` s, until everything published has arrived.

        The middleware asks for acknowledgements every 3 s.
        """
        deadline = time.monotonic() + patience
        for publisher in (self._command, self._transitions, self._episode, self._status):
            publisher.wait_for_all_acked(Duration(seconds=max(deadline - time.monotonic(), 0.0)))

    def _create_command_publisher(self) -> Publisher[TwistStamped]:
        return self._node.create_publisher(TwistStamped, "arm/command", qos.COMMAND)

    def _measure(self, topic: str, message: PoseStamped) -> None:
        try:
            measurement = Measurement(
                seconds(message.header.stamp), time.monotonic(), position(message), orientation(message)
            )
        except AwacError as error:
            self._observer.refuse(topic, str(error))
        else:
            self._observer.put(topic, measurement)

    def _take_arm_status(self, message: ArmStatus) -> None:
        self.arm_stopped = message.stop_reason if message.stopped else None

    def _take_held(self, message: Bool) -> None:
        self.arm_held = message.data

    def _take_twist(self, message: TwistStamped) -> None:
        try:
            v_base_tip = twist(message)
        except AwacError as error:
            self._node.get_logger().error(f"teleop/twist is ignored: {error}", throttle_duration_sec=1.0)
            return
        self._human.put_twist(HumanTwist(v_base_tip, seconds(message.header.stamp), time.monotonic()))

    def _take_mark(self, message: EpisodeMark) -> None:
        if message.mark in _MARKS:
            self._human.put_mark(_MARKS[message.mark])
        else:
            self._node.get_logger().error(f"episode/mark: there is no mark {message.mark}; it is ignored")

    def _take_weights(self, message: PolicyWeightsMessage) -> None:
        assert self._slot is not None
        try:
            self._slot.offer(weights_from_message(message, self._layout), time.monotonic())
        except AwacError as error:
            self._slot.refuse(str(error))
            self._node.get_logger().error(f"weights refused, the old ones stay: {error}")
