"""Marks of the episode for whoever calls services rather than publishing on episode/mark."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rclpy.node import Node
from std_srvs.srv import Trigger

from awac_msgs.msg import EpisodeStatus
from awac_ros.nodes.human import Human, Mark

_NEEDED = {
    Mark.START: (EpisodeStatus.WAITING, "no episode waits for its start"),
    Mark.SUCCESS: (EpisodeStatus.RUNNING, "no episode runs; recorder/mark_success corrects the one recorded last"),
    Mark.FAILURE: (EpisodeStatus.RUNNING, "no episode runs; recorder/mark_failure corrects the one recorded last"),
    Mark.DISCARD: (EpisodeStatus.RUNNING, "no episode runs; recorder/undo takes back the one recorded last"),
}


class MarkServices:
    """episode/start, episode/success, episode/failure and episode/discard; refused where they make no sense."""

    def __init__(self, node: Node, human: Human, state: Callable[[], int | None]) -> None:
        """`state` is the episode's, of EpisodeStatus; None before the first."""
        self._human = human
        self._state = state
        for mark in _NEEDED:
            node.create_service(Trigger, f"episode/{mark.value}", partial(self._take, mark))

    def _take(self, mark: Mark, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        needed, refusal = _NEEDED[mark]
        response.success = self._state() == needed
        response.message = f"{mark.value} is marked" if response.success else refusal
        if response.success:
            self._human.put_mark(mark)
        return response
