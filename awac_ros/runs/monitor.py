"""Listens to what a running graph says about itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from rclpy.signals import SignalHandlerOptions

from awac_ros.nodes import middleware


def own_namespace() -> str:
    """A ROS namespace that no other process on this machine uses for its graphs."""
    return f"run_{os.getpid()}"


class Monitor:
    """A node of its own context; nothing is heard but in `spin`. Leave the `with` block to end it."""

    def __init__(self, namespace: str) -> None:
        middleware.settle()
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
