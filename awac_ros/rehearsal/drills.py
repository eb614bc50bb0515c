"""What can go wrong beside a moving arm. Each drill makes it so and returns when (monotonic s) it was so."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping

import numpy as np

from awac_ros.nodes.messages import stamp, twist_message
from awac_ros.rehearsal.stage import SPEED, Stage

Drill = Callable[[Stage], float]


def _kill(name: str) -> Drill:
    def drill(stage: Stage) -> float:
        begin = time.monotonic()
        os.kill(stage.pid(name), signal.SIGKILL)
        return begin

    return drill


def _kill_agent(stage: Stage) -> float:
    begin = time.monotonic()
    stage.stand_in.agent.kill()
    return begin


def _delay(seconds: float) -> Drill:
    def drill(stage: Stage) -> float:
        begin = time.monotonic()
        stage.link.delay = seconds
        return begin

    return drill


def _reorder(stage: Stage) -> float:
    begin = time.monotonic()
    stage.link.reorder()
    return begin


def _robot(word: str, value: object = True) -> Drill:
    def drill(stage: Stage) -> float:
        begin = time.monotonic()
        stage.stand_in.steer(word, value)
        return begin

    return drill


def _press_and_release_estop(stage: Stage) -> float:
    begin = time.monotonic()
    stage.stand_in.steer("press_estop")
    stage.live(1.0)
    stage.stand_in.steer("release_estop")
    return begin


def _other_clock(stage: Stage) -> float:
    begin = time.monotonic()
    stage.commands.publish(twist_message(stamp(stage.ros_time() - 5.0), np.full(6, 0.1)))
    return begin


def _suspend(seconds: float) -> Drill:
    def drill(stage: Stage) -> float:
        begin = time.monotonic()
        stage.workstation(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            stage.workstation(signal.SIGCONT)
        return begin

    return drill


def _flood(stage: Stage) -> float:
    """Somebody publishes commands as fast as the machine can; a second later a person calls arm/stop."""
    flooding = threading.Event()

    def flood() -> None:
        while not flooding.is_set():
            velocity = np.array([0.0, SPEED, 0.0, 0.0, 0.0, 0.0])
            stage.commands.publish(twist_message(stamp(stage.ros_time()), velocity))

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        stage.live(1.0)
        begin = time.monotonic()
        stage.trigger("arm/stop")
        stage.live(1.0)
    finally:
        flooding.set()
        thread.join()
    return begin


DRILLS: Mapping[str, Drill] = {
    "agent killed": _kill_agent,
    "arm node killed": _kill("arm"),
    "actor killed": _kill("actor"),
    "link delayed by 150 ms": _delay(0.15),
    "link delayed by 2 s": _delay(2.0),
    "frames reordered": _reorder,
    "robot disabled": _robot("disable"),
    "E-stop pressed, then released": _press_and_release_estop,
    "collision": _robot("collided"),
    "cuff pressed": _robot("cuff"),
    "joint states lost": _robot("delay_states", math.inf),
    "joint states delayed by 250 ms": _robot("delay_states", 0.25),
    "commands of a clock 5 s behind": _other_clock,
    "workstation suspended for 1 s": _suspend(1.0),
    "workstation suspended for 10 s": _suspend(10.0),
    "arm/stop under a flood of commands": _flood,
}
"""By what goes wrong."""
