"""The learner as its speed is measured: sizes, settings and data of the AWACs that it is measured beside."""

from __future__ import annotations

import time
from collections.abc import Callable

from awac_ros.bench.data import random_transitions
from awac_ros.bench.peer import Sizes
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.replay import ReplayConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import BoxTask

ROWS = 100_000
"""In the replay."""
GYM = Sizes(observation=17, action=6, batch=256, hidden=(256, 256))
HAND = Sizes(observation=45, action=24, batch=1024, hidden=(256,) * 4)


def make_trainer(sizes: Sizes, threads: int | None, device: str = "cpu") -> Trainer:
    """Set up as the peers are: two critics without layer norm, no hindsight."""
    task = BoxTask("bench", sizes.observation, sizes.action, horizon=200)
    awac = AwacConfig(policy_hidden=sizes.hidden, critic_hidden=sizes.hidden, critic_layer_norm=False)
    replay = ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
    config = TrainerConfig(awac, replay, batch_size=sizes.batch, threads=threads, device=device)
    trainer = Trainer(task, config, seed=0)
    trainer.add_prior(random_transitions(task.layout, ROWS, seed=0))
    return trainer


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
