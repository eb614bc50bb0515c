"""Judging a policy in the plain environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import gymnasium
import numpy as np

from awac_ros.data import Episode
from awac_ros.envs.rollout import ChooseAction, rollouts
from awac_ros.tasks import ArmTask


@dataclass(frozen=True)
class Evaluation:
    """What a number of episodes came to."""

    episodes: int
    final_success: float
    """Share of episodes that end in success."""
    any_success: float
    """Share of episodes that are in success at some step."""
    final_distance: float
    """Mean distance to the goal at the end, m."""


def judge(task: ArmTask, episodes: Iterable[Episode]) -> Evaluation:
    """The figures of at least one episode."""
    reached = [episode.transitions.next_observation for episode in episodes]
    last = np.stack([observations[-1] for observations in reached])
    return Evaluation(
        episodes=len(reached),
        final_success=float(task.success(last).mean()),
        any_success=float(np.mean([task.success(observations).any() for observations in reached])),
        final_distance=float(task.distance(last).mean()),
    )


def evaluate(env: gymnasium.Env, choose_action: ChooseAction, *, seed: int, episodes: int) -> Evaluation:
    """Run a deterministic policy from the same `episodes` scenes for the same seed."""
    return judge(env.unwrapped.task, rollouts(env, choose_action, seed=seed, episodes=range(episodes)))
