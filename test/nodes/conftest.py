"""A ROS graph for tests: nodes in this process and in others, waited for by what they say."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import Trigger

from awac_msgs.msg import ActorStatus, ArmStatus, EpisodeMark, EpisodeStatus
from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_msgs.srv import AppendTransitions, ResetArm
from awac_ros.data import Transitions
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, seconds, stamp, transitions_from_message, twist, weights_message
from awac_ros.nodes.runner import Interrupted, Spinner
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout
TIP_DOWN = (1.0, 0.0, 0.0, 0.0)
PATIENCE = 60.0


def ros_arguments(parameters: dict[str, Any]) -> list[str]:
    """As a command line gives them; JSON is YAML, and keeps text apart from numbers."""
    pairs = [
        f"{name}:={json.dumps(str(value) if isinstance(value, Path) else value)}" for name, value in parameters.items()
    ]
    return ["--ros-args", *(word for pair in pairs for word in ("-p", pair))] if pairs else []


@dataclass(frozen=True)
class Running:
    """A node that runs in a thread."""

    thread: threading.Thread
    spinner: Spinner

    def ended(self) -> bool:
        return not self.thread.is_alive()

    def interrupt(self) -> None:
        """As SIGINT does; returns when the node has ended."""
        self.spinner.interrupt()
        self.thread.join()


class World:
    """One context for every node of a test."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._executor = SingleThreadedExecutor()
        self.processes: list[subprocess.Popen] = []
        self._hosted: list[Any] = []
        self._running: list[Running] = []
        self.node = self.add(rclpy.create_node("test"))

    def add(self, node: Node) -> Any:
        self._executor.add_node(node)
        return node

    def host(self, kind: Callable[..., Any], **parameters: Any) -> Any:
        """A node of the class `kind` in this process, closed when the test ends."""
        node = self.add(kind(cli_args=ros_arguments(parameters)))
        self._hosted.append(node)
        return node

    def run(self, kind: Callable[..., Any], **parameters: Any) -> Running:
        """A node of the class `kind` in a thread of its own, run as `runner.run` runs it in a process."""
        node = kind(cli_args=ros_arguments(parameters))
        spinner = Spinner(node)

        def live() -> None:
            with contextlib.suppress(Interrupted):
                node.run(spinner)
            node.close()
            spinner.close()
            node.destroy_node()

        running = Running(threading.Thread(target=live), spinner)
        running.thread.start()
        self._running.append(running)
        return running

    def until(self, condition: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """Spin until the condition holds; its value."""
        deadline = time.monotonic() + patience
        while not (value := condition()):
            assert time.monotonic() < deadline, f"waited {patience} s in vain\n{self.log()}"
            self._executor.spin_once(timeout_sec=0.05)
        return value

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """The answer; asked again where a request may have gone to a server that was killed."""
        client = self.node.create_client(kind, name)
        answers: list[Any] = []

        def ask() -> None:
            if client.service_is_ready():
                client.call_async(request).add_done_callback(lambda answer: answers.append(answer.result()))

        again = self.node.create_timer(1.0, ask)
        try:
            self.until(client.service_is_ready)
            ask()
            return self.until(lambda: answers)[0]
        finally:
            self.node.destroy_timer(again)
            self.node.destroy_client(client)

    def hear(self, kind: Any, topic: str, qos: QoSProfile) -> list[Any]:
        """A list that grows by every message of the topic."""
        heard: list[Any] = []
        self.node.create_subscription(kind, topic, heard.append, qos)
        return heard

    def start(self, name: str, **parameters: Any) -> subprocess.Popen:
        """The node `name` in a process of its own."""
        command = [sys.executable, "-m", "awac_ros.nodes", name, *ros_arguments(parameters)]
        environment = {**os.environ, "TMPDIR": str(self._log.parent)}
        with self._log.open("a") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.processes.append(process)
        return process

    def log(self) -> str:
        """What the processes have said so far."""
        return self._log.read_text() if self._log.exists() else ""

    def close(self) -> None:
        """Nodes here end before processes are killed: the middleware can crash on one that vanishes meanwhile."""
        for running in self._running:
            running.interrupt()
        for node in self._hosted:
            node.close()
        nodes = self._executor.get_nodes()
        self._executor.shutdown()
        for node in nodes:  # or a service nobody spins would answer the next test's discovery
            node.destroy_node()
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    # rcl keeps the publishers of /rosout in a table without a lock, and here nodes come and go in several threads.
    rclpy.init(args=["--ros-args", "--disable-rosout-logs"])
    world = World(tmp_path / "processes.log")
    yield world
    world.close()
    rclpy.try_shutdown()
    print(world.log())  # pytest shows it where the test failed


class Surroundings:
    """Arm, puck, operator, buffer and learner of one actor; the tip moves exactly as commanded, the puck never."""

    def __init__(self, world) -> None:
        self.world, node = world, world.node
        self.time = 0.0
        self.tip, self.puck = np.zeros(3), np.zeros(3)
        self.seen: dict[float, np.ndarray] = {}
        self.puck_is_seen = True
        self.lost_on_the_way: set[float] = set()
        self.rejections = 0
        self.stored: list[Transitions] = []
        self.commands: list[TwistStamped] = []
        self.on_state = lambda: None
        self.is_deaf = lambda: False
        """Whether the arm does not hear its commands."""
        self.tips = node.create_publisher(PoseStamped, "tip_pose", qos.STATE)
        self.pucks = node.create_publisher(PoseStamped, "puck_pose", qos.STATE)
        self.twists = node.create_publisher(TwistStamped, "teleop/twist", qos.COMMAND)
        self.marks = node.create_publisher(EpisodeMark, "episode/mark", qos.EVENTS)
        self.weights = node.create_publisher(PolicyWeightsMessage, "policy/weights", qos.LATCHED)
        self.arm_status = node.create_publisher(ArmStatus, "arm/status", qos.STATUS)
        node.create_subscription(TwistStamped, "arm/command", self._step, qos.COMMAND)
        node.create_service(ResetArm, "arm/reset", self._reset)
        self.stop_service = node.create_service(Trigger, "arm/stop", self._stop)
        node.create_service(AppendTransitions, "buffer/append", self._append)
        self.transitions = world.hear(TransitionsMessage, "transitions", qos.KEPT)
        self.episodes = world.hear(EpisodeStatus, "episode/status", qos.EPISODES)
        self.statuses = world.hear(ActorStatus, "actor/status", qos.LATCHED)
        self.health = world.hear(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)

    def publish(self) -> None:
        now = stamp(self.time)
        self.tips.publish(pose_message(now, self.tip, TIP_DOWN))
        if self.puck_is_seen:
            self.pucks.publish(pose_message(now, self.puck))

    def rows(self) -> Transitions:
        return Transitions.concatenate(transitions_from_message(message, LAYOUT) for message in self.transitions)

    def transitions_made(self) -> int:
        return sum(message.count for message in self.transitions)

    def mark(self, mark: int) -> None:
        self.marks.publish(EpisodeMark(mark=mark))

    def publish_weights(self, weights: PolicyWeights, **changes: object) -> None:
        message = weights_message(weights, stamp(0.0))
        for name, value in changes.items():
            setattr(message, name, value)
        self.weights.publish(message)

    def ended(self) -> list[EpisodeStatus]:
        return [message for message in self.episodes if message.state == EpisodeStatus.ENDED]

    def says(self, words: str) -> bool:
        return any(words in status.message for message in self.health for status in message.status)

    def exits(self, process) -> int:
        return self.world.until(lambda: process.poll() is not None and [process.returncode])[0]

    def _reset(self, request: ResetArm.Request, reply: ResetArm.Response) -> ResetArm.Response:
        for vector, pose in ((self.tip, request.tip), (self.puck, request.puck)):
            vector[:] = pose.position.x, pose.position.y, pose.position.z
        self.time = round(self.time + 0.1, 9)
        self._show()
        reply.success, reply.stamp = True, stamp(self.time)
        return reply

    def _step(self, message: TwistStamped) -> None:
        if self.is_deaf():
            return
        self.commands.append(message)
        if seconds(message.header.stamp) == self.time:
            self.tip += 0.1 * twist(message)[:3]
            self.time = round(self.time + 0.1, 9)
        self._show()

    def _show(self) -> None:
        self.seen[self.time] = np.concatenate((self.tip[:2], self.puck[:2])).astype(np.float32)
        if self.time in self.lost_on_the_way:
            self.lost_on_the_way.remove(self.time)
            return
        self.publish()
        self.on_state()

    def _stop(self, request: Trigger.Request, reply: Trigger.Response) -> Trigger.Response:
        self.arm_status.publish(ArmStatus(stopped=True, stop_reason="arm/stop was called"))
        reply.success = True
        return reply

    def _append(self, request: AppendTransitions.Request, reply: AppendTransitions.Response):
        if self.rejections > 0:
            self.rejections -= 1
            reply.message = "the disk is full"
            return reply
        self.stored.append(transitions_from_message(request.transitions, LAYOUT))
        reply.success, reply.stored, reply.total = True, len(self.stored[-1]), sum(map(len, self.stored))
        return reply


@pytest.fixture
def around(world) -> Surroundings:
    return Surroundings(world)


@pytest.fixture
def to_the_left() -> Callable[[float], PolicyWeights]:
    """to_the_left(share): a policy that always drives along +y at about this share of the full speed."""

    def make(share: float) -> PolicyWeights:
        tensors = {
            "features.matrix": np.eye(8, dtype=np.float32),
            "features.offset": np.zeros(8, np.float32),
            "layer0.weight": np.zeros((2, 8), np.float32),
            "layer0.bias": np.array([0.0, share], np.float32),
            "log_std_range": np.array([-6.0, -5.0], np.float32),
            "log_std_logit": np.zeros(2, np.float32),
        }
        return PolicyWeights(tensors, LAYOUT.hash, 7, 0, 10**6)

    return make
