"""The buffer node: keeps every acknowledged transition for ever, and hands out what is new since a cursor."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rclpy.clock import Clock, ClockType

from awac_msgs.msg import BufferStatus
from awac_msgs.srv import AppendTransitions, PullTransitions
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.messages import count_that_fits, packed_message, transition_bytes, transitions_from_message
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.qos import STATUS
from awac_ros.nodes.runner import RunnableNode, run
from awac_ros.tasks import TASKS, make_task

Reply = TypeVar("Reply", AppendTransitions.Response, PullTransitions.Response)

REPLY_BYTES = 256 * 1024
"""The largest reply: what the middleware sends of it in one go fits into the socket of whoever asked."""
_CONTENT_BYTES = REPLY_BYTES - 1024
"""Of it, those that transitions may take."""


@dataclass(frozen=True)
class BufferConfig:
    """The buffer's parameters."""

    task: str = parameter("pushing", "The task whose transitions are kept.", choices=tuple(TASKS))
    store: str = parameter("", "Path of the SQLite file that keeps them; made where there is none.")


class Buffer(RunnableNode):
    """Commits to disk, then acknowledges; repeated keys are dropped."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("buffer", **arguments)
        config = declare(self, BufferConfig())
        if not config.store:
            raise AwacError("buffer: parameter store is empty; give the path of an SQLite file, new or old")
        self._layout = make_task(config.task).layout
        self._store = TransitionStore(Path(config.store), self._layout)
        self._stored = self._store.total
        self._page = _CONTENT_BYTES // transition_bytes(self._layout)
        self._refusal: str | None = None
        self._status = self.create_publisher(BufferStatus, "buffer/status", STATUS)
        self.create_service(AppendTransitions, "buffer/append", self._append)
        self.create_service(PullTransitions, "buffer/pull", self._pull)
        self._diagnostics = Diagnostics(self, "store", self._health)
        self.create_timer(0.5, self._look_after, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._publish_status()
        self.get_logger().info(f"{config.store} holds {self._stored} transitions")

    def close(self) -> None:
        self._store.close()

    def _append(
        self, request: AppendTransitions.Request, reply: AppendTransitions.Response
    ) -> AppendTransitions.Response:
        try:
            reply.stored = self._store.append(transitions_from_message(request.transitions, self._layout))
        except AwacError as error:
            return self._refuse("append", error, reply)
        self._refusal = None
        self._stored += reply.stored
        reply.success, reply.total = True, self._stored
        self._publish_status()
        return reply

    def _pull(self, request: PullTransitions.Request, reply: PullTransitions.Response) -> PullTransitions.Response:
        try:
            limit = min(request.limit, self._page)
            rows, actor_ids, _ = self._store.rows_since(request.cursor, limit)
        except AwacError as error:
            return self._refuse("pull", error, reply)
        rows = rows[: count_that_fits(rows, self._layout, _CONTENT_BYTES)]
        reply.next_cursor = request.cursor + len(rows)
        reply.transitions = packed_message(rows, actor_ids, self._layout)
        reply.success, reply.total = True, self._stored
        return reply

    def _refuse(self, service: str, error: AwacError, reply: Reply) -> Reply:
        self._refusal = f"buffer/{service} refused: {error}"
        self.get_logger().error(self._refusal)
        reply.success, reply.message = False, str(error)
        self._publish_status()
        return reply

    def _look_after(self) -> None:
        if self._diagnostics.poll(time.monotonic()):
            self._publish_status()

    def _publish_status(self) -> None:
        message = BufferStatus(
            stored=self._stored,
            duplicates=self._store.duplicates,
            message=self._refusal or "every transition is on disk",
        )
        message.header.stamp = self.get_clock().now().to_msg()
        self._status.publish(message)

    def _health(self) -> Health:
        return Health({"stored": self._stored, "duplicates": self._store.duplicates}, warning=self._refusal)


def main() -> None:
    """Entry point."""
    sys.exit(run(Buffer))
