"""What a page asks of other nodes: marks, and services whose answers it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import SetBool, Trigger

from awac_msgs.msg import EpisodeMark
from awac_msgs.srv import ResetArm
from awac_ros.console.words import Kind, Word
from awac_ros.nodes import qos
from awac_ros.nodes.learner_pause import SERVICE as PAUSE
from awac_ros.nodes.messages import pose_message, stamp
from awac_ros.tasks.pushing import PUCK_HALF_HEIGHT, TABLE_HEIGHT, TIP_HEIGHT

_MARKS = {
    "start": EpisodeMark.START,
    "success": EpisodeMark.SUCCESS,
    "failure": EpisodeMark.FAILURE,
    "discard": EpisodeMark.DISCARD,
}
_CORRECTIONS = {
    "undo": "recorder/undo",
    "success": "recorder/mark_success",
    "failure": "recorder/mark_failure",
}
_HOME_TIP, _HOME_PUCK = (0.55, 0.0, TIP_HEIGHT), (0.62, 0.0, TABLE_HEIGHT + PUCK_HALF_HEIGHT)
_TIP_DOWN = (1.0, 0.0, 0.0, 0.0)

Answer = Callable[[str | None, str, bool], None]
"""Tell a page (None: every page) a sentence, and whether it is bad news."""


class Commands:
    """Publishes marks and calls services; nothing here waits."""

    def __init__(self, node: Node, answer: Answer) -> None:
        self._node = node
        self._answer = answer
        self._marks = node.create_publisher(EpisodeMark, "episode/mark", qos.EVENTS)
        self._clients = {
            "arm/stop": node.create_client(Trigger, "arm/stop"),
            "arm/resume": node.create_client(Trigger, "arm/resume"),
            "arm/reset": node.create_client(ResetArm, "arm/reset"),
            PAUSE: node.create_client(SetBool, PAUSE),
            **{name: node.create_client(Trigger, name) for name in _CORRECTIONS.values()},
        }

    def take(self, page: str, word: Word) -> None:
        """Do what the page asks for."""
        match word.kind:
            case Kind.MARK:
                self._mark(page, word.text)
            case Kind.CORRECT:
                self._correct(page, word.text)
            case Kind.STOP:
                self.stop()
            case Kind.RESUME:
                self._call(page, "arm/resume", Trigger.Request())
            case Kind.RESET:
                self._call(page, "arm/reset", _home())
            case Kind.PAUSE:
                self._call(page, PAUSE, SetBool.Request(data=word.on))

    def stop(self) -> None:
        """Stop the arm; every page is told the answer."""
        self._call(None, "arm/stop", Trigger.Request())

    def _mark(self, page: str, text: str) -> None:
        if text not in _MARKS:
            self._answer(page, f"there is no mark '{text}'", True)
            return
        if not self._marks.get_subscription_count():
            self._answer(page, "nobody hears episode marks; start the actor", True)
            return
        message = EpisodeMark(mark=_MARKS[text])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._marks.publish(message)

    def _correct(self, page: str, text: str) -> None:
        if text in _CORRECTIONS:
            self._call(page, _CORRECTIONS[text], Trigger.Request())
        else:
            self._answer(page, f"there is no correction '{text}'", True)

    def _call(self, page: str | None, name: str, request: Any) -> None:
        client = self._clients[name]
        if not client.service_is_ready():
            self._answer(page, f"nobody answers {name}; start the {name.partition('/')[0]} node", True)
            return
        client.call_async(request).add_done_callback(lambda future: self._answered(page, name, future))

    def _answered(self, page: str | None, name: str, future: Future) -> None:
        reply = future.result()
        self._answer(page, reply.message or f"{name}: done", not reply.success)


def _home() -> ResetArm.Request:
    """The tip and the puck in the middle of the table, near each other."""
    zero = stamp(0.0)
    return ResetArm.Request(tip=pose_message(zero, _HOME_TIP, _TIP_DOWN).pose, puck=pose_message(zero, _HOME_PUCK).pose)
