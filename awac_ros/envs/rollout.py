"""Whole episodes of a gymnasium environment that has a task, its own or that of `make_box`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import gymnasium
import numpy as np

from awac_ros.data import Episode, EpisodeBuilder, Outcome

ChooseAction = Callable[[np.ndarray], np.ndarray]
"""observation (observation_size,) -> action (action_size,) in [-1, 1]."""


class Step(NamedTuple):
    """One step as the environment gave it."""

    observation: np.ndarray
    action: np.ndarray
    reward: float
    next_observation: np.ndarray
    terminated: bool
    truncated: bool
    info: dict[str, Any]


def episode_seed(seed: int, episode: int) -> int:
    """An environment seed for one episode of a run; distinct runs share no episode."""
    return int(np.random.SeedSequence([seed, episode]).generate_state(1)[0])


def new_actor_id() -> str:
    """32 hex digits, unique."""
    return uuid.uuid4().hex


def steps(env: gymnasium.Env, choose_action: ChooseAction, seed: int) -> Iterator[Step]:
    """The steps of one episode, from `env.reset(seed=seed)` to its end."""
    observation, _ = env.reset(seed=seed)
    ended = False
    while not ended:
        action = np.asarray(choose_action(observation), np.float32)
        next_observation, reward, terminated, truncated, info = env.step(action)
        yield Step(observation, action, reward, next_observation, terminated, truncated, info)
        observation, ended = next_observation, terminated or truncated


def record(builder: EpisodeBuilder, step: Step, period: float, policy_version: int) -> None:
    """Add the step to its episode; `period` is the control period, in s, that paces it."""
    builder.add(
        step.observation,
        step.action,
        step.reward,
        step.next_observation,
        terminated=step.terminated,
        truncated=step.truncated,
        policy_version=policy_version,
        step_time=len(builder) * period,
    )


def rollout(
    env: gymnasium.Env, choose_action: ChooseAction, *, seed: int, actor_id: str, episode: int, policy_version: int = -1
) -> Episode:
    """One episode of `steps`; its outcome is success at the last one."""
    period = env.get_wrapper_attr("task").layout.control_period
    builder = EpisodeBuilder(actor_id, episode)
    for step in steps(env, choose_action, seed):
        record(builder, step, period, policy_version)
    return builder.finish(Outcome.SUCCESS if step.info["is_success"] else Outcome.FAILURE)


def rollouts(
    env: gymnasium.Env, choose_action: ChooseAction, *, seed: int, episodes: range, policy_version: int = -1
) -> Iterator[Episode]:
    """The episodes numbered `episodes` of run `seed`, each from its own environment seed."""
    actor_id = new_actor_id()
    for episode in episodes:
        yield rollout(
            env,
            choose_action,
            seed=episode_seed(seed, episode),
            actor_id=actor_id,
            episode=episode,
            policy_version=policy_version,
        )
