"""The operator's page: watch the arm learn, drive it from a browser, mark episodes, stop it."""

from __future__ import annotations

import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rclpy.clock import Clock, ClockType

from awac_ros.console.access import Access
from awac_ros.console.earlier import earlier_episodes
from awac_ros.console.hold import Hold, towards
from awac_ros.console.scene import Scene
from awac_ros.console.web import Handlers, PageServer
from awac_ros.console.words import Kind, Word
from awac_ros.nodes.allowance import Allowance
from awac_ros.nodes.console_camera import CameraFeed
from awac_ros.nodes.console_commands import Commands
from awac_ros.nodes.console_topics import ConsoleTopics
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.runner import RunnableNode, run
from awac_ros.tasks import TASKS, make_task

_PICTURES = 1 / 15
_STATES = 1 / 5
_GAIN = 4.0
"""1/s: how eagerly the tip follows the dragged handle."""


@dataclass(frozen=True)
class ConsoleConfig:
    """The console's parameters."""

    host: str = parameter("127.0.0.1", "Address to listen on; any but this machine's own asks for a token.")
    port: int = parameter(8080, "Port of the page; where it is taken, one of the next.", low=0, high=65535)
    token: str = parameter("", "What another machine's browser must know; empty: a new one at every start.")
    speed: float = parameter(0.2, "m/s of the tip at full stick.", low=0.01, high=1.0)
    rate: float = parameter(30.0, "Hz of twists while the page drives.", low=5.0, high=200.0)
    hold_timeout: float = parameter(
        0.25, "s without a word of a driving page at which it counts as let go.", low=0.05, high=2.0
    )
    store: str = parameter("", "The run's transition store, whose episodes the curves begin with; empty: none.")
    task: str = parameter("pushing", "What is learned.", choices=tuple(TASKS))
    made: int = parameter(0, "How many of the store's transitions are of earlier starts.", low=0, high=10**12)


class Console(RunnableNode):
    """Carries words between the page and the graph; every decision is taken in this node's one thread."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("console", **arguments)
        self.config = config = declare(self, ConsoleConfig())
        self._hold = Hold(config.hold_timeout)
        self._allowance = Allowance(self)
        task = make_task(config.task)
        earlier = earlier_episodes(Path(config.store), task, config.made) if config.store else []
        self._topics = ConsoleTopics(self, task.layout.control_period, earlier, config.made)
        self._commands = Commands(self, self._answer)
        self._camera = CameraFeed(self, lambda picture: self._pages.show(picture))
        self._heard: deque[tuple[str, Word | None]] = deque()
        self._wake = self.create_guard_condition(self._take_words)
        self._scene = Scene()
        access = Access(config.host, config.token) if config.token else Access(config.host)
        self._pages = PageServer(access, config.port, self._scene.port, Handlers(self._hear, self._miss))
        self._tell_history()
        self._diagnostics = Diagnostics(self, "page", self._health)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0 / config.rate, self._send_twist, clock=steady)
        self.create_timer(_PICTURES, self._draw, clock=steady)
        self.create_timer(_STATES, self._tell, clock=steady)
        self.get_logger().info(f"the operator's page: {self._pages.url}")

    def close(self) -> None:
        self._pages.tell("farewell", {})
        self._pages.close()
        self._scene.close()
        self._hold.end()
        self._send_twist()

    def _hear(self, page: str, word: Word) -> None:
        """In the page server's thread."""
        self._heard.append((page, word))
        self._wake.trigger()

    def _miss(self, page: str) -> None:
        """In the page server's thread."""
        self._heard.append((page, None))
        self._wake.trigger()

    def _take_words(self) -> None:
        while self._heard:
            page, word = self._heard.popleft()
            if word is None:
                self._lose(page)
            else:
                self._heed(page, word)

    def _lose(self, page: str) -> None:
        """Nobody there can drive or watch any more; control that was never given back stops the arm."""
        if self._hold.lose(page):
            self._commands.stop()
            self.get_logger().error("the page that had control is gone: the arm is stopped; call arm/resume")
        self._send_twist()

    def _heed(self, page: str, word: Word) -> None:
        match word.kind:
            case Kind.DRIVE:
                self._drive(page, self.config.speed * np.array([*word.direction, 0.0, 0.0, 0.0, 0.0]))
            case Kind.DRAG:
                self._drag(page)
            case Kind.RELEASE:
                self._hold.release(page)
                self._send_twist()
            case Kind.ALLOW:
                self._hold.allow(page, word.on, time.monotonic())
                self._send_twist()
            case Kind.CONTROL:
                self._control(page, word.on)
            case Kind.CAMERA:
                self._camera.watch(word.text)
            case Kind.END:
                self.get_logger().info("the page ends the graph")
                self.finished = True
            case _:
                self._commands.take(page, word)

    def _drive(self, page: str, v_base_tip: np.ndarray) -> None:
        before = self._hold.asked
        if not self._hold.drive(page, v_base_tip, time.monotonic()):
            self._answer(page, "another page drives the arm", bad=True)
        elif not np.array_equal(before, v_base_tip):
            self._send_twist()

    def _drag(self, page: str) -> None:
        target, tip = self._scene.dragged, self._topics.picture().tip
        if target is None or tip is None:
            self._hold.release(page)
        else:
            self._drive(page, towards(tip[0], target, _GAIN, self.config.speed))

    def _control(self, page: str, on: bool) -> None:
        if not on:
            self._hold.give_back(page)
        elif not self._hold.keep(page):
            self._answer(page, "another page has control", bad=True)
        self._tell()

    def _send_twist(self) -> None:
        now = time.monotonic()
        self._allowance.tell(self._hold.allows(now), bool(self._topics.board.arm.get("stopped")), now)
        if (v_base_tip := self._hold.twist(now)) is not None:
            self._topics.send_twist(v_base_tip)
            if self._hold.holder(now) is None and self._hold.keeper is None:
                self._topics.send_released()

    def _draw(self) -> None:
        if self._scene.watched:
            self._scene.draw(self._topics.picture())

    def _tell(self) -> None:
        now = time.monotonic()
        self._topics.board.missed = self._topics.missed()
        state = self._topics.board.state(now)
        holder, keeper = self._hold.holder(now), self._hold.keeper
        for page in self._pages.pages:
            hands = {"driving": _who(holder, page), "control": _who(keeper, page), "camera": self._camera.topic}
            self._pages.tell("state", state | hands, page)
        if self._topics.take_history():
            self._tell_history()
        if self._diagnostics.poll(now):
            self._topics.board.cameras = self._camera.topics()

    def _tell_history(self) -> None:
        self._pages.tell("history", self._topics.board.history(), remember=True)

    def _answer(self, page: str | None, text: str, bad: bool = False) -> None:
        self._pages.tell("notice", {"text": text, "bad": bad}, page)

    def _health(self) -> Health:
        values = {"address": self._pages.url.partition("?")[0], "open pages": len(self._pages.pages)}
        return Health(values, warning=self._topics.missed())


def _who(page: str | None, me: str) -> str:
    """From one page's side: nobody, you or another."""
    return "nobody" if page is None else "you" if page == me else "another"


def main() -> None:
    """Entry point."""
    sys.exit(run(Console))
