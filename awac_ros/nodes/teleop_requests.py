"""What becomes of a person's requests: marks of the episode, and calls to the recorder and the arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from awac_msgs.msg import EpisodeMark, EpisodeStatus
from awac_ros.nodes import qos
from awac_ros.nodes.devices.device import Request

_MARKS = {
    Request.START: EpisodeMark.START,
    Request.SUCCESS: EpisodeMark.SUCCESS,
    Request.FAILURE: EpisodeMark.FAILURE,
    Request.DISCARD: EpisodeMark.DISCARD,
    Request.STOP: EpisodeMark.STOP,
}
_CALLS = {
    Request.SUCCESS: "recorder/mark_success",
    Request.FAILURE: "recorder/mark_failure",
    Request.UNDO: "recorder/undo",
    Request.STOP: "arm/stop",
    Request.RESUME: "arm/resume",
}
_WHILE_WAITING = {Request.START, Request.UNDO}
_WHILE_RUNNING = {Request.SUCCESS, Request.FAILURE, Request.DISCARD}


def fitting(meanings: Sequence[Request], state: int | None) -> Request | None:
    """The first of the meanings that fits the episode's state (of EpisodeStatus; None: no actor was heard), if any.

    Success and failure, on a button of their own, also correct the episode that was recorded last.
    """
    running = state == EpisodeStatus.RUNNING
    for meaning in meanings:
        if meaning in (Request.STOP, Request.RESUME):
            return meaning
        if meaning is Request.START and state != EpisodeStatus.WAITING:
            continue
        if meaning in (_WHILE_RUNNING if running else _WHILE_WAITING):
            return meaning
    corrects = len(meanings) == 1 and meanings[0] in (Request.SUCCESS, Request.FAILURE)
    return meanings[0] if corrects else None


class Requests:
    """Makes the requests; what comes of a call is told to the person."""

    def __init__(self, node: Node, say: Callable[[str], None]) -> None:
        self._node = node
        self._say = say
        self._mark = node.create_publisher(EpisodeMark, "episode/mark", qos.EVENTS)
        self._clients = {name: node.create_client(Trigger, name) for name in _CALLS.values()}

    def make(self, request: Request, running: bool) -> None:
        """`running`: whether an episode runs, which success and failure then end."""
        marks = request in _MARKS and (running or request not in (Request.SUCCESS, Request.FAILURE))
        if marks:
            message = EpisodeMark(mark=_MARKS[request])
            message.header.stamp = self._node.get_clock().now().to_msg()
            self._mark.publish(message)
        if not marks or request is Request.STOP:
            self._call(_CALLS[request])

    def _call(self, name: str) -> None:
        client = self._clients[name]
        if not client.service_is_ready():
            self._say(f"{name} is not there; start its node")
            return
        client.call_async(Trigger.Request()).add_done_callback(self._answer)

    def _answer(self, answer: Future) -> None:
        self._say(answer.result().message)
