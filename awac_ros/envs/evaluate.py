"""Judging a policy in the plain environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import gymnasium
import numpy as np

from awac_ros.data import Episode
from awac_ros.envs.rollout import ChooseAction, episode_seed, rollouts, steps
from awac_ros.errors import AwacError
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


@dataclass(frozen=True)
class Performance:
    """What a number of episodes of any environment came to; success is `info["is_success"]`."""

    episodes: int
    mean_return: float
    """Mean of the episodes' undiscounted sums of rewards."""
    any_success: float
    """Share of episodes that are in success at some step."""
    final_success: float
    """Share of episodes that end in success."""


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
    return judge(env.get_wrapper_attr("task"), rollouts(env, choose_action, seed=seed, episodes=range(episodes)))


def perform(env: gymnasium.Env, choose_action: ChooseAction, *, seed: int, episodes: int) -> Performance:
    """Run a deterministic policy from the same `episodes` scenes for the same seed; AwacError for no episode."""
    if episodes < 1:
        raise AwacError(f"{episodes} episodes tell nothing of a policy; run at least one")
    returns, success = [], []
    for episode in range(episodes):
        played = list(steps(env, choose_action, episode_seed(seed, episode)))
        reached = [step.info["is_success"] for step in played]
        returns.append(sum(step.reward for step in played))
        success.append((any(reached), reached[-1]))
    any_success, final_success = np.mean(success, axis=0)
    return Performance(episodes, float(np.mean(returns)), float(any_success), float(final_success))
