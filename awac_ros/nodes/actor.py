"""The actor: one tick a control period: observe, choose (policy or human), command, emit the transition."""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

from awac_msgs.msg import ActorStatus
from awac_ros.errors import AwacError
from awac_ros.nodes.actor_config import ActorConfig
from awac_ros.nodes.actor_loop import ActorLoop
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.pacing import Lockstep, Pacing, RealTime
from awac_ros.nodes.parameters import declare
from awac_ros.nodes.priority import take_precedence
from awac_ros.nodes.runner import Interrupted, RunnableNode, Spinner, run

_LAST_WORDS = 2.0
_GOODBYE, _HURRY = 4.0, 0.5


class Actor(RunnableNode):
    """Runs episodes until it has made what it was asked for."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("actor", **arguments)
        self.config = declare(self, ActorConfig())
        self.loop = ActorLoop(self, self.config, self._poll)
        self._diagnostics = Diagnostics(self, "control loop", self._health)
        self._overruns_before = 0

    def run(self, spinner: Spinner) -> None:
        self.loop.pacing = self._make_pacing(spinner)
        try:
            self.loop.run()
        except Interrupted:
            self._end_early(spinner, "interrupted")
            raise
        except AwacError as error:
            self._end_early(spinner, str(error))
            raise
        self.finished = True
        self.loop.message = "finished"

    def close(self) -> None:
        self.loop.topics.send_command(np.zeros(6), self._ros_time())
        self._send_status()
        self.loop.topics.flush(_GOODBYE if self.finished else _HURRY)
        self.loop.close()

    def _make_pacing(self, spinner: Spinner) -> Pacing:
        observer, send = self.loop.observer, self.loop.topics.send_command
        if self.config.lockstep:
            return Lockstep(spinner, observer, send, self.loop.topics.reconnect_command)
        if refusal := take_precedence():
            self.get_logger().info(refusal)
        clock = self._ros_time if self.get_parameter("use_sim_time").value else time.monotonic
        if clock is not time.monotonic:
            self.get_logger().info("waiting for the first message on /clock")
        period = self.loop.task.layout.control_period
        return RealTime(spinner, observer, send, period, clock, self._ros_time)

    def _ros_time(self) -> float:
        return self.get_clock().now().nanoseconds / 1e9

    def _end_early(self, spinner: Spinner, message: str) -> None:
        """Hold the arm still, and give the buffer a moment to take what it has not acknowledged."""
        self.loop.pacing.halt()
        self.loop.message = message

        def delivered() -> bool:
            self.loop.delivery.poll(time.monotonic())
            return self.loop.outbox.queued == 0

        if not spinner.until(delivered, _LAST_WORDS):
            queued, trouble = self.loop.outbox.queued, self.loop.delivery.trouble
            self.get_logger().error(
                f"{queued} transitions were not acknowledged: {trouble}; they stay in {self.loop.out}, and the next "
                "actor with that folder as out delivers them"
            )

    def _poll(self) -> None:
        now = time.monotonic()
        self.loop.delivery.poll(now)
        if self._diagnostics.poll(now):
            self._send_status()

    def _send_status(self) -> None:
        loop = self.loop
        self.loop.topics.send_status(
            ActorStatus(
                mode=self.config.mode,
                episode=loop.episodes - 1,
                acted=loop.acted,
                acknowledged=loop.outbox.acknowledged,
                queued=loop.outbox.queued,
                policy_version=loop.slot.version,
                weights_age=loop.slot.age(time.monotonic()),
                rate=loop.pacing.rate,
                overruns=loop.pacing.overruns,
                finished=self.finished,
                message=loop.message,
            )
        )

    def _health(self) -> Health:
        loop, overruns = self.loop, self.loop.pacing.overruns
        missed, self._overruns_before = overruns - self._overruns_before, overruns
        stopped = f"the arm is stopped: {loop.topics.arm_stopped}" if loop.topics.arm_stopped else None
        late = f"{missed} deadlines were missed since the last report" if missed else None
        return Health(
            values={
                "rate (Hz)": loop.pacing.rate,
                "overruns": overruns,
                "policy version": loop.slot.version,
                "age of the weights (s)": loop.slot.age(time.monotonic()),
                "refused weights": loop.slot.refused,
                "queued transitions": loop.outbox.queued,
                "activity": loop.message,
            },
            error=stopped or loop.trouble,
            warning=loop.slot.refusal
            or loop.human.refusal
            or loop.outbox.warning()
            or loop.delivery.trouble
            or loop.topics.missed()
            or late,
        )


def main() -> None:
    """Entry point."""
    sys.exit(run(Actor))
