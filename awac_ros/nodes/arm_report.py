"""What the arm node says of itself: arm/status, and its part of /diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rclpy.node import Node

from awac_msgs.msg import ArmStatus
from awac_ros.nodes import qos
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.messages import stamp


@dataclass(frozen=True)
class ArmCondition:
    """How the arm is at one instant."""

    time: float
    """s, of the arm's clock."""
    stop_reason: str | None
    rate: float
    """Hz of the inner loop."""
    overruns: int
    lockstep: bool
    of_robot: Mapping[str, object]
    """What the robot itself says, for the diagnostics."""


class ArmReport:
    """Publishes once a second, and the status at once when the arm stops or resumes."""

    def __init__(self, node: Node, condition: Callable[[], ArmCondition]) -> None:
        self._log = node.get_logger()
        self._condition = condition
        self._reported: str | None = None
        self._status = node.create_publisher(ArmStatus, "arm/status", qos.STATUS)
        self._diagnostics = Diagnostics(node, "inner loop", self._health)

    def poll(self, stop_reason: str | None) -> None:
        """Call often; `stop_reason` is the arm's."""
        changed = stop_reason != self._reported
        if not self._diagnostics.poll(time.monotonic()) and not changed:
            return
        if changed and stop_reason is not None:
            self._log.error(f"the arm stops: {stop_reason}")
        self._reported = stop_reason
        arm = self._condition()
        status = ArmStatus(
            stopped=stop_reason is not None,
            stop_reason=stop_reason or "",
            lockstep=arm.lockstep,
            rate=arm.rate,
            overruns=arm.overruns,
        )
        status.header.stamp = stamp(arm.time)
        self._status.publish(status)

    def _health(self) -> Health:
        arm = self._condition()
        return Health(
            values={"rate (Hz)": arm.rate, "overruns": arm.overruns, "lockstep": arm.lockstep, **arm.of_robot},
            error=f"stopped: {arm.stop_reason}" if arm.stop_reason else None,
        )
