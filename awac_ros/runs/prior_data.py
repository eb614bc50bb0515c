"""How good the data were that training began with: the levels that a policy has to beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from awac_ros.data import Episode
from awac_ros.tasks.task import Task


@dataclass(frozen=True)
class PriorData:
    """Of all episodes of one kind of data."""

    episodes: int
    steps: int
    final_success: float
    any_success: float
    final_distance: float
    """m, mean over the episodes."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def judge(task: Task, episodes: Sequence[Episode]) -> PriorData:
    """The task's own judgement of at least one episode."""
    arrived = [episode.transitions.next_observation for episode in episodes]
    successes = [task.success(observations) for observations in arrived]
    return PriorData(
        episodes=len(episodes),
        steps=sum(len(episode) for episode in episodes),
        final_success=float(np.mean([success[-1] for success in successes])),
        any_success=float(np.mean([success.any() for success in successes])),
        final_distance=float(np.mean([task.distance(observations[-1]) for observations in arrived])),
    )
