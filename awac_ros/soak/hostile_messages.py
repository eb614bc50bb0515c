"""Hostile messages on every topic and service of a graph that runs in real time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool, Empty
from std_srvs.srv import SetBool, Trigger

from awac_msgs.msg import (
    ActorStatus,
    ArmStatus,
    BufferStatus,
    EpisodeMark,
    EpisodeStatus,
    LearnerStatus,
    PolicyWeights,
    Transitions,
)
from awac_msgs.srv import AppendTransitions, PullTransitions, ResetArm
from awac_ros.arms.limiter import SafetyLimits
from awac_ros.bench.form import Measure, at_least, at_most
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data import demos
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.nodes import qos
from awac_ros.nodes.description import Start
from awac_ros.nodes.messages import pose_message, transitions_message, twist_message, weights_message
from awac_ros.nodes.up import Child, node_environment
from awac_ros.resources import resource
from awac_ros.runs.monitor import Monitor, own_namespace
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.forgery import Forger

_TOPICS: dict[str, tuple[Any, QoSProfile]] = {
    "/diagnostics": (DiagnosticArray, qos.DIAGNOSTICS),
    "actor/status": (ActorStatus, qos.STATUS),
    "arm/command": (TwistStamped, qos.COMMAND),
    "arm/held": (Bool, qos.LATCHED),
    "arm/status": (ArmStatus, qos.STATUS),
    "buffer/status": (BufferStatus, qos.STATUS),
    "episode/mark": (EpisodeMark, qos.EVENTS),
    "episode/status": (EpisodeStatus, qos.EPISODES),
    "goal_pose": (PoseStamped, qos.LATCHED),
    "learner/status": (LearnerStatus, qos.STATUS),
    "policy/weights": (PolicyWeights, qos.LATCHED),
    "puck_pose": (PoseStamped, qos.STATE),
    "recorder/status": (DiagnosticStatus, qos.STATUS),
    "teleop/released": (Empty, qos.EVENTS),
    "teleop/twist": (TwistStamped, qos.COMMAND),
    "tip_pose": (PoseStamped, qos.STATE),
    "transitions": (Transitions, qos.KEPT),
}
"""All that these nodes subscribe to, but joint_states, which tell how the arm moves."""
_SERVICES: dict[str, Any] = {
    "arm/reset": ResetArm,
    "arm/resume": Trigger,
    "arm/stop": Trigger,
    "buffer/append": AppendTransitions,
    "buffer/pull": PullTransitions,
    "episode/discard": Trigger,
    "episode/failure": Trigger,
    "episode/start": Trigger,
    "episode/success": Trigger,
    "learner/pause": SetBool,
    "recorder/mark_failure": Trigger,
    "recorder/mark_success": Trigger,
    "recorder/undo": Trigger,
}
"""All that they offer, but those by which a person ends the arm's node."""
_BREATH = 0.002
"""s between two messages, in which the nodes answer."""
_TOLERANCE = 1.2
"""Times the joint's velocity limit: what a servo overshoots."""
_PATIENCE = 60.0


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Send `effort.messages` of them, then see who is alive, how the arm moved, and what was stored."""
    write_checkpoint(folder / "begin")
    forger, rng = Forger(np.random.default_rng(seed)), np.random.default_rng([seed, 1])
    attack = _Attack(folder)
    try:
        attack.await_graph()
        for _ in range(effort.messages):
            attack.send(forger, rng)
        ended = attack.ended()
        answers = attack.still_answers()
    finally:
        attack.close()
    return [
        at_least("hostile messages and requests", effort.messages, "messages", 1),
        at_least("states of the joints watched", attack.states, "states", 10),
        at_most("nodes that ended", ended, "nodes", 0),
        at_most("services that no longer answer", len(_SERVICES) - answers, "services", 0),
        at_most("states of the joints beyond a limit or not finite", attack.beyond, "states", 0),
        at_most("stored transitions that are not valid", _invalid(folder), "transitions", 0),
    ]


def _invalid(folder: Path) -> int:
    """Rows of the store, and demos, that no reader should get."""
    try:
        with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
            rows, _ = store.since(0, store.total)
        rows.check(records.LAYOUT, "store")
        if demos.count(folder / "demos.hdf5"):
            demos.read(folder / "demos.hdf5", records.LAYOUT)
    except AwacError:
        return 1
    keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
    return len(rows) - len(keys)


class _Attack:
    """Six nodes, and one that lies to them."""

    def __init__(self, folder: Path) -> None:
        self.states = self.beyond = 0
        self._limits = _TOLERANCE * np.array(SafetyLimits().joint_velocity)
        self._policy = checkpoint.read_policy(folder / "begin", records.LAYOUT.hash)
        self._monitor = Monitor(own_namespace())
        node = self._monitor.node
        self._publishers = {name: node.create_publisher(kind, name, depth) for name, (kind, depth) in _TOPICS.items()}
        self._clients = {name: node.create_client(kind, name) for name, kind in _SERVICES.items()}
        self._monitor.listen(JointState, "joint_states", qos.STATE, self._watch)
        nodes = {
            "buffer": {"store": str(folder / "store.sqlite")},
            "learner": {"out": str(folder), "checkpoint": str(folder / "begin"), "updates_per_step": 0.1},
            "recorder": {"demos": str(folder / "demos.hdf5"), "patience": 0.5},
            "arm": {},
            "actor": {"mode": "train", "out": str(folder)},
            "console": {"port": 0},
        }
        file = resource("config/pushing.yaml")
        starts = [Start(name, values, file, own_namespace(), "fatal", False) for name, values in nodes.items()]
        self._children = [Child(start, folder, node_environment()) for start in starts]

    def await_graph(self) -> None:
        """Until every service answers and the arm is seen; AwacError if that takes too long."""
        deadline = time.monotonic() + _PATIENCE
        while not (self.states and all(client.service_is_ready() for client in self._clients.values())):
            self._monitor.spin(0.1)
            if time.monotonic() > deadline:
                raise AwacError("soak: the graph did not start within a minute; try again on a quieter machine")

    def send(self, forger: Forger, rng: np.random.Generator) -> None:
        """One forged message or request."""
        if rng.random() < 0.8:
            name = str(rng.choice(list(_TOPICS)))
            self._publishers[name].publish(forger.forge(self._good(name)))
        else:
            name = str(rng.choice(list(_SERVICES)))
            client, request = self._clients[name], _SERVICES[name].Request
            # A request of odd values; whole requests are bent in their transitions, where there are any.
            asked = forger.invent(request)
            if name == "buffer/append" and rng.random() < 0.7:
                asked = request(transitions=forger.bend(self._good("transitions")))
            answer = client.call_async(asked)
            if rng.random() < 0.5:
                client.remove_pending_request(answer)
        self._monitor.spin(_BREATH)
        time.sleep(_BREATH)

    def ended(self) -> int:
        """How many of the nodes are not running any more."""
        return sum(child.process.poll() is not None for child in self._children)

    def still_answers(self) -> int:
        """How many services answer a good request."""
        good = {name: kind.Request() for name, kind in _SERVICES.items()}
        answers = {name: self._clients[name].call_async(request) for name, request in good.items()}
        deadline = time.monotonic() + _PATIENCE
        while not all(answer.done() for answer in answers.values()) and time.monotonic() < deadline:
            self._monitor.spin(0.1)
        return sum(answer.done() for answer in answers.values())

    def close(self) -> None:
        for child in self._children:
            child.process.kill()
            child.process.wait()
        self._monitor.__exit__()

    def _good(self, name: str) -> Any:
        now = self._monitor.node.get_clock().now().to_msg()
        if name == "transitions":
            return transitions_message(records.transitions(6), records.LAYOUT)
        if name == "policy/weights":
            return weights_message(self._policy, now)
        kind = _TOPICS[name][0]
        if kind is TwistStamped:
            return twist_message(now, np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0]))
        if kind is PoseStamped:
            return pose_message(now, (0.6, 0.0, 0.06))
        return kind()

    def _watch(self, message: JointState) -> None:
        velocity = np.array(message.velocity)
        self.states += 1
        self.beyond += not (np.isfinite(velocity).all() and (np.abs(velocity) <= self._limits).all())
