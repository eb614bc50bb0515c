"""What the actor waits for: the arm is held still meanwhile, and it is said why."""

from __future__ import annotations

import time
from collections.abc import Callable

from rclpy.impl.rcutils_logger import RcutilsLogger

from awac_ros.nodes.actor_config import COLLECT, TRAIN, ActorConfig
from awac_ros.nodes.actor_parts import ActorParts
from awac_ros.nodes.human import Mark
from awac_ros.nodes.pacing import Pacing
from awac_ros.tasks import Scene

_SAY_AFTER = 1.0


class Deactivated(Exception):
    """The arm is to rest: unwind to whoever runs the loop."""


class ActorWaits:
    """Each wait returns once what it waits for is there, or raises Deactivated."""

    pacing: Pacing

    def __init__(self, parts: ActorParts, config: ActorConfig, log: RcutilsLogger, poll: Callable[[], None]) -> None:
        """`poll` is called at every turn of every wait, and must not block."""
        self._parts = parts
        self._config = config
        self._log = log
        self._poll = poll
        self.resting = False
        """Whether the arm is to rest: the episode that runs ends, and none begins."""
        self.message = "starting"
        """Plain words: what the actor does or waits for."""

    def until(self, condition: Callable[[], bool], why: Callable[[], str]) -> None:
        """Hold the arm still until the condition holds; after a second, say why."""
        since = time.monotonic()
        while not condition():
            self.heed_stop()
            if time.monotonic() - since > _SAY_AFTER and why() != self.message:
                self.message = why()
                self._log.info(self.message)
            self.pacing.idle()
            self.turn()

    def turn(self) -> None:
        """Called once in every turn of a wait."""
        self._poll()
        if self.resting:
            raise Deactivated

    def rest(self) -> None:
        """One turn in which nothing is waited for, and no arm is commanded: a stop is still seen through."""
        self.heed_stop()
        self._parts.arm.is_stopping()
        self._poll()

    def arm(self) -> None:
        """The arm may move, its state is seen, and what it makes can be kept."""
        parts = self._parts
        self.until(lambda: self.stopped() is None, lambda: str(self.stopped()))
        self.until(lambda: self.pacing.trouble() is None, lambda: str(self.pacing.trouble()))
        self.until(lambda: not parts.outbox.full, lambda: f"{parts.outbox.warning()}; {parts.delivery.trouble}")

    def policy(self) -> None:
        """There is one; in lockstep, one that is trained on all that was made."""
        if self._config.mode == COLLECT:
            return
        slot, delivery = self._parts.slot, self._parts.delivery
        in_step = self._config.mode == TRAIN and self._config.lockstep
        self.until(
            lambda: slot.environment_steps >= 0 if in_step else slot.policy is not None,
            lambda: "waiting for weights on policy/weights: start the learner node",
        )
        if in_step:
            self.delivery()
            self.until(
                lambda: slot.environment_steps >= delivery.total,
                lambda: (
                    self._parts.topics.missed() or f"waiting for the learner to train on {delivery.total} transitions"
                ),
            )

    def delivery(self) -> None:
        """The buffer has acknowledged everything."""
        parts = self._parts
        self.until(lambda: parts.outbox.queued == 0, lambda: f"waiting for the buffer: {parts.delivery.trouble}")

    def scene(self, scene: Scene) -> float:
        """The arm has set the scene; the stamp of its first state."""
        arm = self._parts.arm
        arm.ask_scene(scene)
        self.until(
            lambda: arm.scene_stamp() is not None,
            lambda: f"waiting for arm/reset: {arm.waits_for or 'start the arm node'}",
        )
        stamp = arm.scene_stamp()
        assert stamp is not None
        self.pacing.begin(stamp)
        return stamp

    def start(self, why: str) -> None:
        """The operator says START, and the arm may move."""
        mark = None
        while mark is not Mark.START:
            self.until(self._parts.human.has_mark, lambda: why)
            mark = self._parts.human.take_mark()
            self.heed(mark)
            self.arm()

    def stopped(self) -> str | None:
        """One sentence while the arm must not move, or None."""
        if self._parts.topics.arm_stopped is not None:
            return f"the arm is stopped ({self._parts.topics.arm_stopped}); call arm/resume"
        if self._parts.arm.is_stopping():
            return "the arm has not confirmed arm/stop yet; check the arm node"
        return None

    def heed_stop(self) -> None:
        """Stop the arm if the operator has said so."""
        if self._parts.human.take_stop():
            self.heed(Mark.STOP)

    def heed(self, mark: Mark) -> None:
        """Do what a mark asks for at once: STOP stops the arm."""
        if mark is Mark.STOP:
            self._parts.arm.stop()
            self._parts.topics.arm_stopped = "the operator said stop"
