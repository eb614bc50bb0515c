"""The recorder: writes every episode that was not discarded to an HDF5 file of demonstrations."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from std_srvs.srv import Trigger

from awac_msgs.msg import ActorStatus, EpisodeStatus
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_ros.data import Episode, Outcome, demos
from awac_ros.data.labels import LiveRule
from awac_ros.data.sitting import Sitting
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.assembler import EpisodeAssembler
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.messages import transitions_from_message
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.peer import FINISHED, Peer
from awac_ros.nodes.runner import RunnableNode, run
from awac_ros.tasks import TASKS, make_task

_OUTCOMES = {
    EpisodeStatus.SUCCESS: Outcome.SUCCESS,
    EpisodeStatus.FAILURE: Outcome.FAILURE,
    EpisodeStatus.DISCARDED: Outcome.DISCARDED,
}


@dataclass(frozen=True)
class RecorderConfig:
    """The recorder's parameters."""

    task: str = parameter("pushing", "The task whose episodes are recorded.", choices=tuple(TASKS))
    demos: str = parameter("", "Path of the HDF5 file; made where there is none, continued where there is one.")
    episodes: int = parameter(0, "End after recording so many episodes; 0: no end.", low=0, high=10**9)
    reward: str = parameter(
        "task",
        "What a label corrected afterwards makes of the rewards; the same as the actor's.",
        choices=get_args(LiveRule),
    )
    patience: float = parameter(
        5.0,
        "s after an episode's end at which missing steps are given up, and the episode with them.",
        low=0.1,
        high=600.0,
    )


class Recorder(RunnableNode):
    """Joins transitions and episode/status; an episode with holes is refused by name.

    recorder/undo takes the last demonstration back, recorder/mark_success and recorder/mark_failure judge it anew.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__("recorder", **arguments)
        self.config = declare(self, RecorderConfig())
        if not self.config.demos:
            raise AwacError("recorder: parameter demos is empty; give the path of an HDF5 file, new or old")
        self._layout = make_task(self.config.task).layout
        self._sitting = Sitting(Path(self.config.demos), self._layout, cast(LiveRule, self.config.reward))
        # A recorder that was killed and started again hears of episodes that it has recorded.
        self._assembler = EpisodeAssembler(self.config.patience, demos.keys(Path(self.config.demos)))
        self._whole: deque[Episode] = deque()
        self._broken = 0
        self._refusal: str | None = None
        self.create_subscription(TransitionsMessage, "transitions", self._take_transitions, qos.KEPT)
        self.create_subscription(EpisodeStatus, "episode/status", self._take_status, qos.KEPT)
        self._actor = Peer(self, "actor", ActorStatus, lambda: "an episode that it was in will not be recorded")
        self.create_service(Trigger, "recorder/undo", self._undo)
        self.create_service(Trigger, "recorder/mark_success", self._mark_success)
        self.create_service(Trigger, "recorder/mark_failure", self._mark_failure)
        self._status = self.create_publisher(DiagnosticStatus, "recorder/status", qos.STATUS)
        self._diagnostics = Diagnostics(self, "episodes", self._health)
        self.create_timer(0.5, self._look_after, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._publish_status()

    def _take_transitions(self, message: TransitionsMessage) -> None:
        try:
            self._assembler.add(transitions_from_message(message, self._layout))
        except AwacError as error:
            self._refuse(f"transitions are not recorded: {error}")
        self._write()

    def _take_status(self, message: EpisodeStatus) -> None:
        if message.state == EpisodeStatus.ENDED:
            outcome = _OUTCOMES.get(message.outcome)
            if outcome is None:
                self._refuse(f"episode/status: there is no outcome {message.outcome}; that episode is not recorded")
                return
            self._assembler.end(message.actor_id, message.episode, message.steps, outcome, time.monotonic())
            self._write()

    def _write(self) -> None:
        self._whole += self._assembler.take_whole()
        while self._whole:
            episode = self._whole[0]
            try:
                number = self._sitting.record(episode)
            except AwacError as error:
                if self._refusal != (sentence := f"{error}; the episode is kept in memory and tried again"):
                    self._refuse(sentence)
                return
            self._whole.popleft()
            self._refusal = None
            self.get_logger().info(f"demo_{number}: {len(episode)} steps, {episode.outcome.value}")
            self.finished = 0 < self.config.episodes <= len(self._sitting)
            self._publish_status()

    def _undo(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._correct(response, lambda: f"demo_{self._sitting.undo()} is taken back")

    def _mark_success(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._correct(response, lambda: f"demo_{self._sitting.relabel(Outcome.SUCCESS)} is a success")

    def _mark_failure(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        return self._correct(response, lambda: f"demo_{self._sitting.relabel(Outcome.FAILURE)} is a failure")

    def _correct(self, response: Trigger.Response, correct: Callable[[], str]) -> Trigger.Response:
        try:
            response.message = correct()
            response.success = True
        except AwacError as error:
            response.message = str(error)
        self.get_logger().info(response.message)
        self._publish_status()
        return response

    def _publish_status(self) -> None:
        last = self._sitting.last
        words = f", the last: {len(last)} steps, {last.outcome.value}" if last else ""
        values = {"demonstrations": self._sitting.total, "recorded now": len(self._sitting)}
        if last:
            values |= {"last steps": len(last), "last outcome": last.outcome.value}
        if self.finished:
            values[FINISHED] = True
        self._status.publish(
            DiagnosticStatus(
                name="recorder",
                hardware_id=self.config.demos,
                message=f"demonstrations: {self._sitting.total}{words}",
                values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
            )
        )

    def _look_after(self) -> None:
        self._write()
        for sentence in self._assembler.take_broken(time.monotonic()):
            self._broken += 1
            self._refuse(sentence)
        if self._diagnostics.poll(time.monotonic()):
            self._publish_status()

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence
        self.get_logger().error(sentence)

    def _health(self) -> Health:
        return Health(
            values={
                "recorded episodes": len(self._sitting),
                "refused episodes": self._broken,
                "file": self.config.demos,
            },
            warning=self._refusal or self._actor.trouble,
        )


def main() -> None:
    """Entry point."""
    sys.exit(run(Recorder))
