"""Pulls what is new in the buffer, one request at a time, never waiting for it."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.task import Future

from awac_msgs.msg import BufferStatus
from awac_msgs.srv import PullTransitions
from awac_ros.data import Layout, Transitions
from awac_ros.errors import AwacError
from awac_ros.nodes.messages import transitions_from_message
from awac_ros.nodes.peer import Peer

_ANSWER_WITHIN = 5.0
_RETRY_AFTER = 1.0
_LIMIT = 2**32 - 1


class Puller:
    """`poll` never blocks: it asks when the buffer's status promises more, and a lost answer is asked for again."""

    def __init__(self, node: Node, layout: Layout, cursor: int) -> None:
        self._layout = layout
        self._client = node.create_client(PullTransitions, "buffer/pull")
        self._buffer = Peer(node, "buffer", BufferStatus, self._without, self._take_status)
        self._answer: Future | None = None
        self._deadline = 0.0
        self._next_request = 0.0
        self._stored = 0
        self.cursor = cursor
        """Everything up to here has been given out."""
        self.total = cursor
        """Transitions in the store, by the newest answer."""
        self._failure: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why nothing new can come: the buffer is missed, or the newest attempt failed; or None."""
        return self._buffer.trouble or self._failure

    def poll(self, now: float) -> Transitions | None:
        """Go on, at `now` (monotonic s); new transitions if they have come."""
        pulled = None
        if self._answer is not None:
            pulled = self._take_answer(self._answer, now)
        if self._answer is None and (now >= self._next_request or (self._stored > self.cursor and not self._failure)):
            self._ask(now)
        return pulled

    def _ask(self, now: float) -> None:
        self._next_request = now + _RETRY_AFTER
        if not self._client.service_is_ready():
            self._failure = "buffer/pull is not there; start the buffer node"
            return
        self._answer = self._client.call_async(PullTransitions.Request(cursor=self.cursor, limit=_LIMIT))
        self._deadline = now + _ANSWER_WITHIN

    def _take_answer(self, answer: Future, now: float) -> Transitions | None:
        if not answer.done():
            if now > self._deadline:
                self._client.remove_pending_request(answer)
                self._answer = None
                self._failure = f"buffer/pull did not answer within {_ANSWER_WITHIN:.0f} s; check the buffer node"
            return None
        self._answer = None
        reply = answer.result()
        if not reply.success:
            self._failure = f"buffer/pull refused: {reply.message}"
            return None
        try:
            transitions = transitions_from_message(reply.transitions, self._layout)
        except AwacError as error:
            self._failure = f"buffer/pull: {error}"
            return None
        self._failure = None
        self.cursor, self.total = reply.next_cursor, reply.total
        self._stored = max(self._stored, self.total)
        return transitions if len(transitions) else None

    def _without(self) -> str:
        return f"training goes on with the {self.cursor} transitions pulled so far"

    def _take_status(self, message: BufferStatus) -> None:
        self._stored = message.stored
