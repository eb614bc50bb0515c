"""Delivers the outbox to the buffer's service, one request at a time, again until it is acknowledged."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.task import Future

from awac_msgs.msg import BufferStatus
from awac_msgs.srv import AppendTransitions
from awac_ros.data import Layout
from awac_ros.nodes.messages import transitions_message
from awac_ros.nodes.outbox import Outbox
from awac_ros.nodes.peer import Peer

_ANSWER_WITHIN = 5.0
_RETRY_AFTER = 1.0


class Delivery:
    """`poll` never blocks; it sends the head of the outbox and takes the buffer's answers."""

    def __init__(self, node: Node, outbox: Outbox, layout: Layout) -> None:
        self._outbox = outbox
        self._layout = layout
        self._client = node.create_client(AppendTransitions, "buffer/append")
        self._answer: Future | None = None
        self._deadline = 0.0
        self._retry = 0.0
        self.total = 0
        """Transitions in the store, by the newest acknowledgement."""
        self._failure: str | None = None
        self._buffer = Peer(node, "buffer", BufferStatus, lambda: "what is made waits on this disk")

    @property
    def trouble(self) -> str | None:
        """Why nothing is delivered: the buffer is missed, or the newest attempt failed; or None."""
        return self._buffer.trouble or self._failure

    def poll(self, now: float) -> None:
        """Go on; `now` is monotonic s."""
        if self._answer is not None:
            self._take_answer(self._answer, now)
        if self._answer is None and now >= self._retry and (head := self._outbox.head()) is not None:
            if not self._client.service_is_ready():
                self._fail("buffer/append is not there; start the buffer node", now)
                return
            request = AppendTransitions.Request(transitions=transitions_message(head, self._layout))
            self._answer = self._client.call_async(request)
            self._deadline = now + _ANSWER_WITHIN

    def _take_answer(self, answer: Future, now: float) -> None:
        if answer.done():
            self._answer = None
            reply = answer.result()
            if not reply.success:
                self._fail(f"buffer/append refused transitions: {reply.message}", now)
                return
            self._outbox.acknowledge(reply.stored)
            self.total = reply.total
            self._failure = None
        elif now > self._deadline:
            self._client.remove_pending_request(answer)
            self._answer = None
            self._fail(f"buffer/append did not answer within {_ANSWER_WITHIN:.0f} s; check the buffer node", now)

    def _fail(self, trouble: str, now: float) -> None:
        self._failure = trouble
        self._retry = now + _RETRY_AFTER
