"""The learner's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from awac_ros.data.labels import LiveRule
from awac_ros.nodes.parameters import parameter
from awac_ros.tasks import TASKS

_MANY = 10**9


@dataclass(frozen=True)
class LearnerConfig:
    """What it begins with, how much and how often it trains, and what it keeps."""

    task: str = parameter("pushing", "The task to learn.", choices=tuple(TASKS))
    out: str = parameter("", "Folder for checkpoints, policies and learner.json; what it holds is continued.")
    checkpoint: str = parameter("", "Folder of the checkpoint to begin with; empty: train offline on demos and prior.")
    demos: str = parameter("", "HDF5 file of demonstrations to begin with, where there is no checkpoint.")
    prior: str = parameter(
        "", "HDF5 file of other episodes, or .yaml list of sources, to begin with, where there is no checkpoint."
    )
    tensorboard: str = parameter("", "Folder for TensorBoard logs; empty: <out>/tensorboard.")
    device: str = parameter("cpu", "Where updates are made: cpu, or cuda for a GPU.")
    seed: int = parameter(0, "Of networks and minibatches, where there is no checkpoint.", low=0, high=2**31 - 1)
    offline_updates: int = parameter(25_000, "Offline updates, where there is no checkpoint.", low=0, high=_MANY)
    demo_fraction: float = parameter(
        -1.0,
        "Share of each minibatch that is drawn from demos, prior data and what a person did online; negative: as the "
        "checkpoint has it, else all transitions alike.",
        low=-1.0,
        high=1.0,
    )
    reward: str = parameter(
        "task",
        "task: the task's own, so that goals can be relabelled in hindsight; person: as recorded, whatever the goal.",
        choices=get_args(LiveRule),
    )
    lockstep: bool = parameter(False, "Finish an episode's updates, then publish, then take the next: repeatable.")
    updates_per_step: float = parameter(4.0, "Gradient updates for each environment step.", low=0.0, high=1000.0)
    warmup_steps: int = parameter(0, "Environment steps that earn no updates.", low=0, high=_MANY)
    env_steps: int = parameter(0, "End after training on so many environment steps; 0: no end.", low=0, high=_MANY)
    policy_every: int = parameter(500, "Environment steps between two policy files.", low=1, high=_MANY)
    publish_period: float = parameter(1.0, "s between two publications, in real time.", low=0.05, high=3600.0)
    checkpoint_period: float = parameter(30.0, "s between two checkpoints.", low=1.0, high=86400.0)
    checkpoints_kept: int = parameter(2, "How many of the newest checkpoints stay on disk.", low=1, high=1000)
