"""What the actor says of itself: actor/status, and its part of /diagnostics."""

from __future__ import annotations

import time

from rclpy.node import Node

from awac_msgs.msg import ActorStatus
from awac_ros.nodes.actor_loop import ActorLoop
from awac_ros.nodes.diagnostics import Diagnostics, Health


class ActorReport:
    """Publishes once a second."""

    def __init__(self, node: Node, loop: ActorLoop, mode: str) -> None:
        self._loop = loop
        self._mode = mode
        self._diagnostics = Diagnostics(node, "control loop", self._health)
        self._overruns_before = 0

    def poll(self) -> None:
        """Call often."""
        if self._diagnostics.poll(time.monotonic()):
            self.send_status()

    def send_status(self, finished: bool = False) -> None:
        """Publish actor/status now."""
        loop, parts = self._loop, self._loop.parts
        parts.topics.send_status(
            ActorStatus(
                mode=self._mode,
                episode=loop.episodes - 1,
                acted=loop.acted,
                acknowledged=parts.outbox.acknowledged,
                queued=parts.outbox.queued,
                policy_version=parts.slot.version,
                weights_age=parts.slot.age(time.monotonic()),
                rate=loop.rate,
                overruns=loop.overruns,
                finished=finished,
                message=loop.waits.message,
            )
        )

    def _health(self) -> Health:
        loop, parts, overruns = self._loop, self._loop.parts, self._loop.overruns
        missed, self._overruns_before = overruns - self._overruns_before, overruns
        stopped = f"the arm is stopped: {parts.topics.arm_stopped}" if parts.topics.arm_stopped else None
        late = f"{missed} deadlines were missed since the last report" if missed else None
        return Health(
            values={
                "rate (Hz)": loop.rate,
                "overruns": overruns,
                "policy version": parts.slot.version,
                "age of the weights (s)": parts.slot.age(time.monotonic()),
                "refused weights": parts.slot.refused,
                "queued transitions": parts.outbox.queued,
                "activity": loop.waits.message,
            },
            error=stopped or loop.trouble,
            warning=parts.slot.refusal
            or parts.human.refusal
            or parts.outbox.warning()
            or parts.delivery.trouble
            or parts.topics.missed()
            or late,
        )
