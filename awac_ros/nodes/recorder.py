"""The recorder: writes every episode that was not discarded to an HDF5 file of demonstrations."""

from __future__ import annotations

import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rclpy.clock import Clock, ClockType

from awac_msgs.msg import EpisodeStatus
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_ros.data import Episode, Outcome
from awac_ros.data.demos import DemoWriter
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.assembler import EpisodeAssembler
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.messages import transitions_from_message
from awac_ros.nodes.parameters import declare, parameter
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
    patience: float = parameter(
        5.0,
        "s after an episode's end at which missing steps are given up, and the episode with them.",
        low=0.1,
        high=600.0,
    )


class Recorder(RunnableNode):
    """Joins transitions and episode/status; an episode with holes is refused by name."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("recorder", **arguments)
        self.config = declare(self, RecorderConfig())
        if not self.config.demos:
            raise AwacError("recorder: parameter demos is empty; give the path of an HDF5 file, new or old")
        self._layout = make_task(self.config.task).layout
        self._writer = DemoWriter(Path(self.config.demos), self._layout)
        self._assembler = EpisodeAssembler(self.config.patience)
        self._whole: deque[Episode] = deque()
        self.recorded = 0
        self._broken = 0
        self._refusal: str | None = None
        self.create_subscription(TransitionsMessage, "transitions", self._take_transitions, qos.TRANSITIONS)
        self.create_subscription(EpisodeStatus, "episode/status", self._take_status, qos.EPISODES)
        self._diagnostics = Diagnostics(self, "episodes", self._health)
        self.create_timer(0.5, self._look_after, clock=Clock(clock_type=ClockType.STEADY_TIME))

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
                number = self._writer.append(episode)
            except AwacError as error:
                if self._refusal != (sentence := f"{error}; the episode is kept in memory and tried again"):
                    self._refuse(sentence)
                return
            self._whole.popleft()
            self._refusal = None
            self.recorded += 1
            self.get_logger().info(f"demo_{number}: {len(episode)} steps, {episode.outcome.value}")
        self.finished = 0 < self.config.episodes <= self.recorded

    def _look_after(self) -> None:
        self._write()
        for sentence in self._assembler.take_broken(time.monotonic()):
            self._broken += 1
            self._refuse(sentence)
        self._diagnostics.poll(time.monotonic())

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence
        self.get_logger().error(sentence)

    def _health(self) -> Health:
        return Health(
            values={"recorded episodes": self.recorded, "refused episodes": self._broken, "file": self.config.demos},
            warning=self._refusal,
        )


def main() -> None:
    """Entry point."""
    sys.exit(run(Recorder))
