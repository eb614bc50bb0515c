"""Nodes with ROS's lifecycle, whose transitions say why they fail."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any

from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rclpy.lifecycle.node import LifecycleNodeMixin

from awac_ros.errors import AwacError
from awac_ros.nodes.runner import RunnableNode


class LifecycleNode(LifecycleNodeMixin, RunnableNode):
    """A node that `run` can run; its callbacks of transitions are marked with `transition`."""

    failure: Exception | None = None
    """Why the newest transition that failed did."""

    def __init__(self, name: str, **arguments: Any) -> None:
        RunnableNode.__init__(self, name, **arguments)

    def begin(self, autostart: bool, services: bool) -> None:
        """Take up the lifecycle, with its ROS services or without; `autostart` configures and activates.

        Raises why the node can't be configured. One that can't be activated says so and stays.
        """
        LifecycleNodeMixin.__init__(self, enable_communication_interface=services)
        if autostart:
            if self.trigger_configure() is not TransitionCallbackReturn.SUCCESS:
                raise self.failure
            self.trigger_activate()


def transition(callback: Callable[[Any, LifecycleState], None]) -> Callable[..., TransitionCallbackReturn]:
    """Mark a callback that raises where its transition fails: rclpy would drop what it raises."""

    @wraps(callback)
    def carried_out(node: LifecycleNode, state: LifecycleState) -> TransitionCallbackReturn:
        try:
            callback(node, state)
        except AwacError as error:
            node.failure = error
            node.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        except Exception as error:  # noqa: BLE001, rclpy would drop it unsaid
            node.failure = error
            node.get_logger().error(traceback.format_exc())
            return TransitionCallbackReturn.ERROR
        return TransitionCallbackReturn.SUCCESS

    return carried_out
