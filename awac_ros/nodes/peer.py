"""Another node that this one counts on: told as soon as it dies or falls silent, and when it is back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.event_handler import (
    QoSLivelinessChangedInfo,
    QoSRequestedDeadlineMissedInfo,
    SubscriptionEventCallbacks,
)
from rclpy.node import Node

from awac_ros.nodes.qos import LEASE, SILENCE, STATUS

FINISHED = "finished"
"""The key by which a DiagnosticStatus says that its node has made what it was asked for."""


class Peer:
    """Subscribes to the node's status, which that node alone publishes. All this is words: it stops nothing.

    A node that has said that it is finished is not missed.
    """

    def __init__(
        self, node: Node, name: str, kind: type, without: Callable[[], str], take: Callable[[Any], None] | None = None
    ) -> None:
        """Hears <name>/status of type `kind` and passes it to `take`; `without` says how this node goes on alone."""
        self._log = node.get_logger()
        self._name = name
        self._without = without
        self._take = take
        self._alive = self._finished = False
        self._missed = 0.0
        self.trouble: str | None = None
        """One sentence while the node is missed, or None."""
        events = SubscriptionEventCallbacks(liveliness=self._count, deadline=self._expect)
        node.create_subscription(kind, f"{name}/status", self._hear, STATUS, event_callbacks=events)

    def _hear(self, message: Any) -> None:
        self._finished = _says_finished(message)
        if self._alive:
            self._have_back()
        if self._take is not None:
            self._take(message)

    def _count(self, event: QoSLivelinessChangedInfo) -> None:
        before, self._alive = self._alive, event.alive_count > 0
        if self._alive:
            self._have_back()
        elif before:
            # One that was killed is noticed when its lease is over, one that ended at once.
            self._miss("is gone", LEASE if event.not_alive_count_change > 0 else 0.0, "start it again")

    def _expect(self, event: QoSRequestedDeadlineMissedInfo) -> None:
        if self._alive:
            self._miss("lives, but has said nothing", SILENCE, "read its log")

    def _miss(self, what: str, age: float, way_out: str) -> None:
        if self._finished or (self._alive and self.trouble):
            return
        self._missed = time.monotonic() - age
        at = time.strftime("%H:%M:%S", time.localtime(time.time() - age))
        self.trouble = f"the {self._name} {what} since {at}, and {self._without()}; {way_out}"
        self._log.warning(self.trouble)

    def _have_back(self) -> None:
        if self.trouble is not None:
            self._log.info(f"the {self._name} is back after {time.monotonic() - self._missed:.1f} s")
        self.trouble = None


def _says_finished(message: Any) -> bool:
    """By the field of our own messages, or the value of a DiagnosticStatus."""
    if isinstance(message, DiagnosticStatus):
        return any(pair.key == FINISHED for pair in message.values)
    return getattr(message, "finished", False)


def missed(peers: Iterable[Peer]) -> str | None:
    """What there is to say of the first of the peers that is missed, or None."""
    return next((peer.trouble for peer in peers if peer.trouble), None)
