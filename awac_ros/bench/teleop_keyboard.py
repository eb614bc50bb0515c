"""How soon a key moves the arm: from the byte that a terminal receives to the twist that another process hears."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import numpy as np
from geometry_msgs.msg import TwistStamped

from awac_ros.bench.form import Measure, below, plain
from awac_ros.bench.typist import REPORTS_RELEASES, Typist, pressed, released, repeated
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.messages import twist
from awac_ros.runs.monitor import Monitor, own_namespace

PRESSES = 300
_PATIENCE = 30.0
_LISTEN = 0.05


def measure() -> list[Measure]:
    """Press and release a key PRESSES times through `awac teleop keyboard` in a terminal of its own."""
    words = ("teleop", "keyboard", "--namespace", own_namespace())
    with Monitor(own_namespace()) as monitor, Typist(*words) as typist:
        keys = _Keys(monitor, typist)
        keys.warm_up()
        down, up = np.array([(keys.time("press"), keys.time("release")) for _ in range(PRESSES)]).T
    return [
        below("key pressed to twist, p99", 1e3 * np.percentile(down, 99), "ms", 30),
        plain("key pressed to twist, p50", 1e3 * np.percentile(down, 50), "ms"),
        below("key released to zero twist, p99", 1e3 * np.percentile(up, 99), "ms", 30),
        plain("key released to zero twist, p50", 1e3 * np.percentile(up, 50), "ms"),
        plain("presses", PRESSES, "presses"),
    ]


class _Keys:
    """A key of the terminal, and the twists that another process hears."""

    def __init__(self, monitor: Monitor, typist: Typist) -> None:
        self._monitor = monitor
        self._typist = typist
        self._moving = False
        monitor.listen(TwistStamped, "teleop/twist", qos.COMMAND, self._take)

    def warm_up(self) -> None:
        """Until the terminal is read and the twists are heard."""
        self._until(lambda: "Ctrl-C ends this" in self._typist.screen())
        self._typist.type(REPORTS_RELEASES)

        def heard() -> bool:
            self._typist.type(repeated("w"))
            return self._moving

        self._until(heard)
        self.time("release")

    def time(self, what: Literal["press", "release"]) -> float:
        """s until the twist that the key's press or release makes."""
        began = time.monotonic()
        self._typist.type(pressed("w") if what == "press" else released("w"))
        self._until(lambda: self._moving == (what == "press"))
        return time.monotonic() - began

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AwacError(f"bench teleop-keyboard: no twist came in {_PATIENCE:.0f} s: {self._typist.screen()}")
            self._monitor.spin(_LISTEN)

    def _take(self, message: TwistStamped) -> None:
        self._moving = bool(twist(message).any())
