"""The life of a node's process: start, spin in one thread, end cleanly; every node's `main()` is `run(ItsClass)`."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import rclpy
from rclpy.event_handler import EventHandler
from rclpy.executors import SingleThreadedExecutor
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from awac_ros.errors import AwacError

SIGNAL_LATENCY = 0.1
"""s: the longest a signal waits for a spinning node."""
_EVENTS_EVERY = 0.25
_WAITING = 10
"""Callbacks that are run at once, at most, when a loop is late."""
_ENDING = (signal.SIGINT, signal.SIGTERM)
_PLACE_IN_RCL = re.compile(r"\s*, at \S+:\d+")


class Interrupted(Exception):
    """SIGINT or SIGTERM came: unwind to `run`."""


class _Executor(SingleThreadedExecutor):
    """Leaves the middleware's events (such as incompatible QoS) out of most waits: they are two thirds of the cost."""

    sees_events = False

    def can_execute(self, entity: Any) -> bool:
        return (self.sees_events or not isinstance(entity, EventHandler)) and super().can_execute(entity)


class Spinner:
    """A single-threaded executor over one node that a signal ends."""

    def __init__(self, node: Node) -> None:
        self._executor = _Executor(context=node.context)
        self._executor.add_node(node)
        self._interrupted = False
        self._events_due = 0.0

    def interrupt(self, *_: Any) -> None:
        """Make the spinning call raise Interrupted, once; fit for a signal handler."""
        self._interrupted = True

    def once(self, timeout: float = SIGNAL_LATENCY) -> None:
        """Run at most one callback, waiting up to `timeout` s (SIGNAL_LATENCY at most) for it."""
        self._heed()
        if (now := time.monotonic()) >= self._events_due:
            self._events_due = now + _EVENTS_EVERY
            self._executor.sees_events = True
            self._executor.spin_once(0.0)
            self._executor.sees_events = False
        else:
            self._executor.spin_once(min(timeout, SIGNAL_LATENCY))
        self._heed()

    def catch_up(self) -> None:
        """Run what has come already: a loop that is late must not judge by its age what it has not read."""
        for _ in range(_WAITING):
            self.once(0.0)

    def until(self, condition: Callable[[], bool], timeout: float = float("inf")) -> bool:
        """Run callbacks until the condition holds or `timeout` s have passed; the condition's last value."""
        deadline = time.monotonic() + timeout
        while not (met := condition()) and (left := deadline - time.monotonic()) > 0.0:
            self.once(left)
        return met

    def close(self) -> None:
        self._executor.shutdown()

    def _heed(self) -> None:
        if self._interrupted:
            self._interrupted = False
            raise Interrupted


class RunnableNode(Node):
    """A node that `run` can run; unknown parameters are left for `parameters.declare` to refuse."""

    finished = False

    def __init__(self, name: str, **arguments: Any) -> None:
        try:
            super().__init__(name, automatically_declare_parameters_from_overrides=True, **arguments)
        except RuntimeError as error:
            reason = " ".join(_PLACE_IN_RCL.sub("", str(error)).split())
            raise AwacError(f"{name}: the middleware refuses this node: {reason}") from error

    def run(self, spinner: Spinner) -> None:
        """What the process is for; by default: callbacks until `finished`."""
        spinner.until(lambda: self.finished)

    def close(self) -> None:
        """Leave everything as it should stay: called once, however `run` ended, before the node is destroyed."""


def run(create: Callable[[], RunnableNode], arguments: list[str] | None = None) -> int:
    """Run the node until it is finished or a signal ends it.

    Exit code: 0, or 2 after an AwacError, whose sentence goes to the log. The process is meant to end with it: SIGINT
    and SIGTERM are ignored from then on.
    """
    arguments = sys.argv if arguments is None else arguments
    # rcl would take name:=value here for a remapping.
    if unknown := list(takewhile(lambda word: word != "--ros-args", arguments[1:])):
        print(f"unknown argument {unknown[0]!r}; parameters are given as --ros-args -p name:=value", file=sys.stderr)
        return 2
    for number in _ENDING:
        signal.signal(number, _leave)
    try:
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:
        get_logger("awac_ros").fatal(f"the ROS arguments can't be read: {_PLACE_IN_RCL.sub('', str(error))}")
        return 2
    try:
        _live(create)
    except AwacError as error:
        get_logger("awac_ros").fatal(str(error))
        return 2
    finally:
        rclpy.try_shutdown()
    return 0


def _leave(*_: Any) -> None:
    """A signal before there is anything to close."""
    raise SystemExit(0)


def _live(create: Callable[[], RunnableNode]) -> None:
    node = create()
    spinner = Spinner(node)
    for number in _ENDING:
        signal.signal(number, spinner.interrupt)
    try:
        node.run(spinner)
    except Interrupted:
        pass
    finally:
        try:
            node.close()
        finally:
            spinner.close()
            node.destroy_node()
            for number in _ENDING:  # the process is ending already, and well
                signal.signal(number, signal.SIG_IGN)
