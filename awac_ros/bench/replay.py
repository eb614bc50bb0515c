"""The replay at 5 million transitions of the relocate task's size: memory, the cost of drawing, and of adding."""

from __future__ import annotations

import ctypes
import time

import numpy as np

from awac_ros.bench.data import random_transitions
from awac_ros.bench.form import Measure, at_most, plain
from awac_ros.bench.resident import resident_bytes
from awac_ros.data import Transitions
from awac_ros.learning.replay import Replay, ReplayConfig
from awac_ros.tasks import BoxTask

ROWS = 5_000_000
SMALL = 50_000
"""Rows at which the cost of drawing is measured first."""
PORTION = 50_000
"""Rows added at a time while it grows."""
EPISODE = 200
"""Rows of one addition that is timed, as an actor makes them."""
OBSERVATION, ACTION = 39, 30
BATCH = 1024
LARGEST_GROWTH = 4.0
"""Of the cost of drawing: what reading from memory costs beyond reading from the processor's caches."""
DRAWS = 200


def measure() -> list[Measure]:
    """While the replay grows to 5 million transitions."""
    task = BoxTask("bench", OBSERVATION, ACTION, horizon=EPISODE)
    replay = Replay(task, ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0), seed=0)
    portion = random_transitions(task.layout, PORTION, seed=0)
    before = resident_bytes()
    adding = _grow(replay, portion, SMALL)
    small = _drawing(replay)
    adding += _grow(replay, portion, ROWS)
    large = _drawing(replay)
    row_bytes = 4 * (2 * OBSERVATION + ACTION + 2)
    _give_back_freed_memory()
    resident = (resident_bytes() - before) / (len(replay) * row_bytes)
    return [
        plain("transitions", len(replay), "transitions"),
        at_most("resident memory against the raw float32 bytes", resident, "x", 1.2),
        plain(f"drawing a minibatch of {BATCH}, from {SMALL:,}", 1e6 * small, "us"),
        plain(f"drawing a minibatch of {BATCH}, from {ROWS:,}", 1e6 * large, "us"),
        at_most("drawing, 100 times as many against the fewer", large / small, "x", LARGEST_GROWTH),
        at_most(f"adding an episode of {EPISODE}, longest", 1e3 * max(adding), "ms", 1.0),
        plain(f"adding an episode of {EPISODE}, median", 1e3 * float(np.median(adding)), "ms"),
    ]


def _grow(replay: Replay, portion: Transitions, rows: int) -> list[float]:
    """Up to so many rows; the processor time, in s, of additions of one episode, one after each portion."""
    times = []
    while len(replay) < rows:
        replay.add(portion[: PORTION - EPISODE], "prior")
        episode = portion[PORTION - EPISODE :]
        start = time.process_time()
        replay.add(episode, "online")
        times.append(time.process_time() - start)
    return times


def _drawing(replay: Replay) -> float:
    """s for one minibatch, the median."""
    times = []
    for _ in range(DRAWS):
        start = time.perf_counter()
        replay.sample(BATCH, 1)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _give_back_freed_memory() -> None:
    """What numpy freed may still be the process's own."""
    ctypes.CDLL(None).malloc_trim(0)
