"""A ROS graph for tests: nodes in this process and in others, waited for by what they say."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile

from awac_ros.nodes.runner import Interrupted, Spinner

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
        with self._log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "awac_ros.nodes", name, *ros_arguments(parameters)], stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def log(self) -> str:
        """What the processes have said so far."""
        return self._log.read_text() if self._log.exists() else ""

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
        for running in self._running:
            running.interrupt()
        for node in self._hosted:
            node.close()
        nodes = self._executor.get_nodes()
        self._executor.shutdown()
        for node in nodes:  # or a service nobody spins would answer the next test's discovery
            node.destroy_node()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    rclpy.init()
    world = World(tmp_path / "processes.log")
    yield world
    world.close()
    rclpy.try_shutdown()
