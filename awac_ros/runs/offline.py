"""Offline training: AWAC on the prior data, before the arm moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from awac_ros.data import Episode, Transitions
from awac_ros.data.atomic import atomic_write
from awac_ros.learning import checkpoint
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Task

UPDATES_BETWEEN_SCALARS = 250
UPDATES_BETWEEN_CHECKPOINTS = 5_000


def begin(task: Task, episodes: Sequence[Episode], seed: int, checkpoints: Path) -> Trainer:
    """The trainer of the newest checkpoint under `checkpoints`, or a new one with the episodes as its prior data."""
    if checkpoint.exists(checkpoints):
        return Trainer.load(checkpoints, task)
    trainer = Trainer(task, TrainerConfig(), seed)
    trainer.add_prior(Transitions.concatenate(episode.transitions for episode in episodes))
    return trainer


def policy_file(policies: Path, updates: int) -> Path:
    """Where the policy after so many offline updates lies."""
    return policies / f"offline_{updates:06d}.safetensors"


def train(
    trainer: Trainer, updates: int, checkpoints: Path, policies: Path, tensorboard: Path, told: Callable[[int], None]
) -> None:
    """Train until the trainer has made `updates` updates in all.

    Every 5,000 updates and at the end it leaves a checkpoint and, after it, the policy's own file; `told` hears the
    number of updates every 250.
    """
    with SummaryWriter(str(tensorboard)) as scalars:
        while True:
            if trainer.updates and (trainer.updates % UPDATES_BETWEEN_CHECKPOINTS == 0 or trainer.updates >= updates):
                trainer.save(checkpoints)
                weights = trainer.policy_weights(version=0, environment_steps=0)
                atomic_write(policy_file(policies, trainer.updates), weights.to_bytes())
            if trainer.updates >= updates:
                return
            metrics = trainer.update(min(UPDATES_BETWEEN_SCALARS, updates - trainer.updates))
            for name, value in metrics.items():
                scalars.add_scalar(f"offline/{name}", value, trainer.updates)
            told(trainer.updates)
