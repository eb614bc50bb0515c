"""A policy for measurements that need one, good or bad."""

from __future__ import annotations

from pathlib import Path

from awac_ros.bench.data import random_transitions
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing


def write_checkpoint(folder: Path) -> None:
    """A checkpoint of the pushing task's size, trained on nothing that means anything."""
    task = Pushing()
    trainer = Trainer(task, TrainerConfig(), seed=0)
    trainer.add_prior(random_transitions(task.layout, 100_000, seed=0))
    trainer.update(1)
    trainer.save(folder)
