"""From a key in the browser to the command on its topic: how long does the operator's page take?"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from geometry_msgs.msg import TwistStamped

from awac_ros.bench.browser import browser, open_page
from awac_ros.bench.form import Measure, below, plain
from awac_ros.errors import AwacError
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.messages import twist
from awac_ros.nodes.qos import COMMAND
from awac_ros.nodes.up import up
from awac_ros.runs.monitor import Monitor, own_namespace

PRESSES = 300
_HELD, _PAUSE = 0.08, 0.08
"""s of each key press, and between two."""
_ADDRESS = re.compile(r"the operator's page: (\S+)")
_LISTEN = """() => {
  window.pressed = [];
  const note = (event) => event.repeat || window.pressed.push((performance.timeOrigin + event.timeStamp) / 1000);
  window.addEventListener("keydown", note, { capture: true });
}"""


def measure() -> list[Measure]:
    """Press an arrow key many times in a headless Chromium; the system's clock times both ends."""
    with TemporaryDirectory(prefix="awac_bench_") as folder, Monitor(own_namespace()) as monitor:
        arguments = {
            "mode": "collect",
            "teleop": "none",
            "console": True,
            "console_port": 0,
            "episodes": 0,
            "out": folder,
            "namespace": own_namespace(),
        }
        logs = Path(folder) / "logs"
        with up(PUSHING, arguments, logs, echo=None) as session, browser() as chromium:
            while (found := _ADDRESS.search((logs / "console.log").read_text())) is None:
                session.wait(0.1)
            with open_page(chromium, found[1]) as page, _arrivals(monitor) as arrived:
                page.wait_for_selector("#stick:not(.off)")
                page.evaluate(_LISTEN)
                for _ in range(PRESSES):
                    page.keyboard.down("ArrowUp")
                    time.sleep(_HELD)
                    page.keyboard.up("ArrowUp")
                    time.sleep(_PAUSE)
                pressed = page.evaluate("() => window.pressed")
    delays = 1e3 * key_delays(np.array(pressed), np.array(arrived))
    if len(delays) < PRESSES / 2:
        raise AwacError(
            f"bench teleop: only {len(delays)} of {PRESSES} key presses became commands; is the arm stopped?"
        )
    return [
        below("key in the browser to the command on its topic, p99", np.percentile(delays, 99), "ms", 30.0),
        plain("key in the browser to the command on its topic, p50", np.percentile(delays, 50), "ms"),
        plain("key in the browser to the command on its topic, largest", delays.max(), "ms"),
        plain("key presses", len(delays), "presses"),
    ]


def key_delays(pressed: np.ndarray, arrived: np.ndarray) -> np.ndarray:
    """(N,) s from each key press to the first motion that began after it and before the next press."""
    following = np.searchsorted(arrived, pressed)
    ends = np.append(pressed[1:], np.inf)
    answered = [i for i, at in enumerate(following) if at < len(arrived) and arrived[at] < ends[i]]
    return arrived[following[answered]] - pressed[answered]


@contextmanager
def _arrivals(monitor: Monitor) -> Iterator[list[float]]:
    """A list that grows by the system's time, s, of every command that begins a motion."""
    begun: list[float] = []
    moves, ended = False, threading.Event()

    def heard(message: TwistStamped) -> None:
        nonlocal moves
        now, moved = time.time(), moves
        moves = bool(twist(message).any())
        if moves and not moved:
            begun.append(now)

    def listen() -> None:
        while not ended.is_set():
            monitor.spin(0.1)

    monitor.listen(TwistStamped, "teleop/twist", COMMAND, heard)
    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield begun
    finally:
        ended.set()
        thread.join()
