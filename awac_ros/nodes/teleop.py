"""Teleoperation: a person's device becomes a twist while the dead-man is held, and marks of the episode."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.duration import Duration
from std_msgs.msg import Empty

from awac_msgs.msg import ArmStatus, EpisodeStatus
from awac_ros.nodes import qos
from awac_ros.nodes.allowance import Allowance
from awac_ros.nodes.devices.device import Request
from awac_ros.nodes.devices.hand import Hand
from awac_ros.nodes.devices.make import DEVICES, make_device
from awac_ros.nodes.messages import orientation, twist_message
from awac_ros.nodes.observer import TIP
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.peer import Peer
from awac_ros.nodes.runner import RunnableNode, Spinner, run
from awac_ros.nodes.teleop_requests import Requests, fitting

_LAST_WORD = Duration(seconds=0.5)
_SHORTEST = 0.01
"""s between two twists of a held dead-man, however often its device speaks."""
_STATES = {EpisodeStatus.WAITING: "waits for its start", EpisodeStatus.RUNNING: "runs", EpisodeStatus.ENDED: "is over"}
_OUTCOMES = {
    EpisodeStatus.SUCCESS: "success",
    EpisodeStatus.FAILURE: "failure",
    EpisodeStatus.DISCARDED: "discarded",
}


@dataclass(frozen=True)
class TeleopConfig:
    """The parameters of teleoperation."""

    device: str = parameter("keyboard", "What the person holds.", choices=DEVICES)
    mapping: str = parameter("", "YAML file of the device's axes, buttons and speed; empty: the one in config/.")


class Teleop(RunnableNode):
    """Publishes while the dead-man is held; after that one zero twist, the word that it is let go, and silence."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("teleop", **arguments)
        self.config = declare(self, TeleopConfig())
        self._device, motion = make_device(self, self.config.device, self.config.mapping)
        self._hand = Hand(motion)
        self._allowance = Allowance(self)
        self._requests = Requests(self, self._device.say)
        self._episode: EpisodeStatus | None = None
        self._last = self._recorded = ""
        self._trouble: str | None = None
        self._sent = 0.0
        self._twist = self.create_publisher(TwistStamped, "teleop/twist", qos.COMMAND)
        self._released = self.create_publisher(Empty, "teleop/released", qos.EVENTS)
        self._arm = Peer(self, "arm", ArmStatus, lambda: "nothing moves", self._take_arm_status)
        self.create_subscription(EpisodeStatus, "episode/status", self._take_episode, qos.EPISODES)
        self.create_subscription(DiagnosticStatus, "recorder/status", self._take_recorded, qos.LATCHED)
        if motion.frame == "tip":
            self.create_subscription(PoseStamped, TIP, self._take_tip, qos.STATE)

    def run(self, spinner: Spinner) -> None:
        while True:
            self._device.wait(spinner.once)
            self.turn(time.monotonic())

    def turn(self, now: float) -> None:
        """Read the device once, at `now` (monotonic s), and pass on what it says."""
        reading = self._device.read(now)
        v_base_tip = self._hand.twist(reading, now)
        if not self._hand.holds or now - self._sent >= _SHORTEST:
            self._send(v_base_tip, now)
        self._allowance.tell(self._hand.holds or reading.allows, self._hand.arm_stopped is not None, now)
        for meanings in reading.presses:
            self._ask(meanings)
        if (trouble := reading.trouble or self._hand.trouble) != self._trouble:
            self._trouble = trouble
            if trouble:
                self._device.say(trouble)
        self._device.show(self._line())

    def close(self) -> None:
        try:
            self._allowance.let_go()
            if self._hand.holds:
                self._send(self._hand.let_go(), time.monotonic())
                self._twist.wait_for_all_acked(_LAST_WORD)
        finally:
            self._device.close()

    def _send(self, v_base_tip: np.ndarray | None, now: float) -> None:
        if v_base_tip is None:
            return
        self._sent = now if self._hand.holds else 0.0
        self._twist.publish(twist_message(self.get_clock().now().to_msg(), v_base_tip))
        if not self._hand.holds:
            self._released.publish(Empty())

    def _ask(self, meanings: tuple[Request, ...]) -> None:
        state = None if self._episode is None else self._episode.state
        request = fitting(meanings, state)
        if request is not None:
            self._requests.make(request, running=state == EpisodeStatus.RUNNING)
        else:
            wished, place = " or ".join(meaning.value for meaning in meanings), self._place() or "no actor is there"
            self._device.say(f"{wished} means nothing now: {place}")

    def _take_arm_status(self, message: ArmStatus) -> None:
        self._hand.arm_stopped = message.stop_reason if message.stopped else None

    def _take_episode(self, message: EpisodeStatus) -> None:
        ended = message.state == EpisodeStatus.ENDED
        if message.state not in _STATES or (ended and message.outcome not in _OUTCOMES):
            self._device.say(f"episode/status: no state {message.state} with outcome {message.outcome} is known")
            return
        self._episode = message
        if ended:
            self._last = f"episode {message.episode}: {message.steps} steps, {_OUTCOMES[message.outcome]}"
            self._device.say(self._last)

    def _take_recorded(self, message: DiagnosticStatus) -> None:
        self._recorded = message.message

    def _take_tip(self, message: PoseStamped) -> None:
        self._hand.see_tip(orientation(message), time.monotonic())

    def _place(self) -> str:
        return "" if self._episode is None else f"episode {self._episode.episode} {_STATES[self._episode.state]}"

    def _line(self) -> str:
        """What is always in sight."""
        stopped = None if self._hand.arm_stopped is None else f"ARM STOPPED: {self._hand.arm_stopped}"
        parts = (self._arm.trouble or stopped or self._trouble, self._place(), self._recorded or self._last)
        return " | ".join(part for part in parts if part)


def main() -> None:
    """Entry point."""
    sys.exit(run(Teleop))
