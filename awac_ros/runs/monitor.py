"""Listens to what a running graph says about itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rclpy.signals import SignalHandlerOptions

from awac_msgs.msg import ActorStatus
from awac_ros.data.json_file import read_json, write_json
from awac_ros.nodes.qos import LATCHED

_LAST_WORDS = 0.3


def own_namespace() -> str:
    """A ROS namespace that no other process on this machine uses for its graphs."""
    return f"run_{os.getpid()}"


class Monitor:
    """A node of its own context; nothing is heard but in `spin`. Leave the `with` block to end it."""

    def __init__(self, namespace: str) -> None:
        os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
        os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
        self._context = rclpy.Context()
        rclpy.init(args=[], context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self.node = rclpy.create_node("monitor", namespace=namespace, context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *exception: object) -> None:
        self._executor.shutdown()
        self.node.destroy_node()
        self._context.try_shutdown()

    def listen(self, kind: type, topic: str, qos: QoSProfile, heard: Callable[[Any], None]) -> None:
        """Call `heard` with each message of the topic, from within `spin`."""
        self.node.create_subscription(kind, topic, heard, qos)

    def spin(self, timeout: float = 0.0) -> None:
        """Hear one waiting message, or wait up to `timeout` s for it."""
        self._executor.spin_once(timeout)


class ActedCount(Monitor):
    """How many transitions each actor says it made, kept in a file over all the starts of a run."""

    def __init__(self, namespace: str, path: Path) -> None:
        super().__init__(namespace)
        self._path = path
        self._acted: dict[str, int] = read_json(path) if path.exists() else {}
        self.listen(ActorStatus, "actor/status", LATCHED, self._take)

    def __exit__(self, *exception: object) -> None:
        # What an actor says last comes while it is being stopped.
        self.spin(_LAST_WORDS)
        self.update()
        super().__exit__(*exception)

    def update(self) -> None:
        """Hear what has come since the last time."""
        self.spin()

    def _take(self, status: ActorStatus) -> None:
        if self._acted.get(status.actor_id) != status.acted:
            self._acted[status.actor_id] = status.acted
            write_json(self._path, self._acted)
