"""One DiagnosticStatus a second on /diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node

from awac_ros.nodes.qos import DIAGNOSTICS


@dataclass(frozen=True)
class Health:
    """How a part of a node is; `error` and `warning` hold a sentence or nothing."""

    values: Mapping[str, object]
    error: str | None = None
    warning: str | None = None


class Diagnostics:
    """Publishes the health of "node: part" at 1 Hz, as long as somebody calls `poll` often enough."""

    def __init__(self, node: Node, part: str, health: Callable[[], Health]) -> None:
        self._node = node
        self._name = f"{node.get_fully_qualified_name().lstrip('/')}: {part}"
        self._health = health
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", DIAGNOSTICS)
        self._due = 0.0

    def poll(self, now: float) -> bool:
        """Publish if a second of `now` (monotonic s) has passed since the last time; whether it has."""
        if now < self._due:
            return False
        self._due = now + 1.0
        health = self._health()
        status = DiagnosticStatus(name=self._name, hardware_id=self._node.get_name())
        if health.error:
            status.level, status.message = DiagnosticStatus.ERROR, health.error
        elif health.warning:
            status.level, status.message = DiagnosticStatus.WARN, health.warning
        else:
            status.level, status.message = DiagnosticStatus.OK, "ok"
        status.values = [KeyValue(key=key, value=_text(value)) for key, value in health.values.items()]
        message = DiagnosticArray(status=[status])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)
        return True


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
