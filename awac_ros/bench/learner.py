"""Gradient updates a second: at the pushing task's size, and at the sizes that other AWACs were measured at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

from awac_ros.bench.data import random_transitions
from awac_ros.bench.form import Measure, plain
from awac_ros.data import Field, Layout
from awac_ros.learning.awac import Awac, AwacConfig
from awac_ros.learning.replay import Batch
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing

REPEATS = 8
UPDATES = {"pushing": 100, "gym": 50, "hand": 10}
"""Of one repeat; after as many that do not count."""


def measure() -> list[Measure]:
    """Medians over the repeats, with one thread and with as many as there are cores."""
    cores = len(os.sched_getaffinity(0))
    measures = [plain("pushing, 1 thread, sampling and hindsight included", _pushing(), "updates/s")]
    for name, size, layout, hidden, batch_size in (
        ("gym", "17 + 6, batch 256, 2 x 256", _layout(17, 6), (256, 256), 256),
        ("hand", "45 + 24, batch 1024, 4 x 256", _layout(45, 24), (256,) * 4, 1024),
    ):
        for threads in sorted({1, cores}):
            rate = _updates_only(layout, hidden, batch_size, threads, UPDATES[name])
            words = f"{name} size ({size}), {threads} thread{'s' * (threads > 1)}, update only"
            measures.append(plain(words, rate, "updates/s"))
    return measures


def _pushing() -> float:
    task = Pushing()
    trainer = Trainer(task, TrainerConfig(), seed=0)
    trainer.add_prior(random_transitions(task.layout, 100_000, seed=0))
    trainer.update(UPDATES["pushing"])
    return _rate(lambda: trainer.update(UPDATES["pushing"]), UPDATES["pushing"])


def _updates_only(layout: Layout, hidden: tuple[int, ...], batch_size: int, threads: int, count: int) -> float:
    torch.set_num_threads(threads)
    config = AwacConfig(policy_hidden=hidden, critic_hidden=hidden, critic_layer_norm=False)
    size = layout.observation_size
    features = np.eye(size, dtype=np.float32), np.zeros(size, np.float32)
    awac = Awac(features, layout.action_size, config, seed=0)
    rows = random_transitions(layout, batch_size, seed=0)
    columns = (rows.observation, rows.action, rows.reward, rows.next_observation, rows.terminated.astype(np.float32))
    batch = Batch(*(torch.from_numpy(column) for column in columns))

    def update() -> None:
        for _ in range(count):
            awac.update(batch)

    update()
    return _rate(update, count)


def _rate(update: Callable[[], object], count: int) -> float:
    """Updates a second of the median repeat of `count` updates."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        update()
        seconds.append(time.perf_counter() - start)
    return count / median(seconds)


def _layout(observation_size: int, action_size: int) -> Layout:
    def field(name: str, size: int) -> tuple[Field, ...]:
        return (Field(name, "1", "", (-1.0,) * size, (1.0,) * size),)

    return Layout("bench", field("observation", observation_size), field("action", action_size), 0.05)
