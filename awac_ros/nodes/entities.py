"""What a node has in the ROS graph for as long as it is configured."""

from __future__ import annotations

from rclpy.node import Node


class Entities:
    """The publishers, subscriptions, clients and services that a node makes from now on."""

    def __init__(self, node: Node) -> None:
        self._kinds = (
            (lambda: list(node.publishers), node.destroy_publisher),
            (lambda: list(node.subscriptions), node.destroy_subscription),
            (lambda: list(node.clients), node.destroy_client),
            (lambda: list(node.services), node.destroy_service),
        )
        self._before = [there() for there, _ in self._kinds]

    def destroy(self) -> None:
        """Take them out of the graph."""
        for (there, destroy), before in zip(self._kinds, self._before, strict=True):
            for entity in there():
                if entity not in before:
                    destroy(entity)
