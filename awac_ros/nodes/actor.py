"""The actor: one tick a control period: observe, choose (policy or human), command, emit the transition.

A lifecycle node: configure reads and checks without motion, activate acts, deactivate ends the episode and rests.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
from rclpy.lifecycle import LifecycleState

from awac_ros.errors import AwacError
from awac_ros.nodes.actor_config import ActorConfig, check
from awac_ros.nodes.actor_loop import ActorLoop
from awac_ros.nodes.actor_parts import ActorParts
from awac_ros.nodes.actor_report import ActorReport
from awac_ros.nodes.actor_waits import Deactivated
from awac_ros.nodes.entities import Entities
from awac_ros.nodes.lifecycle import LifecycleNode, transition
from awac_ros.nodes.pacing import Lockstep, Pacing, RealTime
from awac_ros.nodes.parameters import declare
from awac_ros.nodes.priority import take_precedence
from awac_ros.nodes.runner import Interrupted, Spinner, run

_LAST_WORDS = 2.0
_GOODBYE, _HURRY = 4.0, 0.5
_INACTIVE = "the actor is not active; activate it"


class Actor(LifecycleNode):
    """Runs episodes until it has made what it was asked for."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("actor", **arguments)
        self.config = config = declare(self, ActorConfig())
        check(config)
        self._loop: ActorLoop | None = None
        self._active = self._cleans_up = self._shut_down = False
        # In lockstep every service costs steps a second, and nobody stands beside the arm.
        self.begin(config.autostart, services=not config.lockstep)

    @transition
    def on_configure(self, state: LifecycleState) -> None:
        """Read and check; nothing moves."""
        if self._loop is not None:
            raise AwacError("the actor is still cleaning up; configure it again in a moment")
        self._entities = Entities(self)
        try:
            parts = ActorParts(self, self.config)
        except AwacError:
            self._entities.destroy()
            raise
        self._loop = ActorLoop(parts, self.config, self.get_logger(), self._poll)
        self._loop.waits.message = _INACTIVE
        self._report = ActorReport(self, self._loop, self.config.mode)

    @transition
    def on_activate(self, state: LifecycleState) -> None:
        """Let it act."""
        self._active = True

    @transition
    def on_deactivate(self, state: LifecycleState) -> None:
        """The step under way is the episode's last: within a control period the arm is told to rest."""
        self._rest()

    @transition
    def on_cleanup(self, state: LifecycleState) -> None:
        """Close the outbox, once the episode has ended, and leave topics and services."""
        self._cleans_up = True

    @transition
    def on_shutdown(self, state: LifecycleState) -> None:
        """Rest, and end the process."""
        self._rest()
        self._shut_down = True

    def run(self, spinner: Spinner) -> None:
        if not self.config.lockstep and (refusal := take_precedence()):
            self.get_logger().info(refusal)
        try:
            while not (self.finished or self._shut_down):
                self._live(spinner)
        except Interrupted:
            self._end_early(spinner, "interrupted")
            raise
        except AwacError as error:
            self._end_early(spinner, str(error))
            raise
        if self._shut_down:
            self._end_early(spinner, "shut down")

    def close(self) -> None:
        if self._loop is None:
            return
        parts = self._loop.parts
        if self._active:
            parts.topics.send_command(np.zeros(6), self._ros_time())
        self._report.send_status(self.finished)
        parts.topics.flush(_GOODBYE if self.finished else _HURRY)
        parts.close()

    def _live(self, spinner: Spinner) -> None:
        """Whatever the node's state asks for now."""
        if self._cleans_up:
            self._end_early(spinner, "cleaned up")
            self.close()
            self._entities.destroy()
            self._loop, self._cleans_up = None, False
        elif self._active:
            self._act(spinner, self._loop)
        else:
            spinner.once()
            if self._loop is not None:
                self._loop.waits.rest()

    def _act(self, spinner: Spinner, loop: ActorLoop) -> None:
        """Until it has made what it was asked for, or is to rest."""
        loop.waits.resting, loop.waits.message = False, "starting"
        try:
            loop.run(self._make_pacing(spinner))
        except Deactivated:
            loop.pacing.halt()
            loop.parts.topics.rest()
            loop.waits.message = _INACTIVE
        else:
            self.finished = True
            loop.waits.message = "finished"

    def _rest(self) -> None:
        self._active = False
        if self._loop is not None:
            self._loop.waits.resting = True

    def _make_pacing(self, spinner: Spinner) -> Pacing:
        parts = self._loop.parts
        observer, send = parts.observer, parts.topics.send_command
        if self.config.lockstep:
            return Lockstep(spinner, observer, send, parts.topics.reconnect_command)
        clock = self._ros_time if self.get_parameter("use_sim_time").value else time.monotonic
        if clock is not time.monotonic:
            self.get_logger().info("waiting for the first message on /clock")
        return RealTime(spinner, observer, send, parts.task.layout.control_period, clock, self._ros_time)

    def _ros_time(self) -> float:
        return self.get_clock().now().nanoseconds / 1e9

    def _end_early(self, spinner: Spinner, message: str) -> None:
        """Hold the arm still, and give the buffer a moment to take what it has not acknowledged."""
        if self._loop is None:
            return
        loop, parts = self._loop, self._loop.parts
        if self._active and loop.pacing is not None:
            loop.pacing.halt()
        loop.waits.message = message

        def delivered() -> bool:
            parts.delivery.poll(time.monotonic())
            return parts.outbox.queued == 0

        if not spinner.until(delivered, _LAST_WORDS):
            self.get_logger().error(
                f"{parts.outbox.queued} transitions were not acknowledged: {parts.delivery.trouble}; they stay in "
                f"{parts.out}, and the next actor with that folder as out delivers them"
            )

    def _poll(self) -> None:
        self._loop.parts.delivery.poll(time.monotonic())
        self._report.poll()


def main() -> None:
    """Entry point."""
    sys.exit(run(Actor))
