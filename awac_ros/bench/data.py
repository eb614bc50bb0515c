"""Transitions without meaning, for measurements that only move them about."""

from __future__ import annotations

import numpy as np

from awac_ros.data import Layout, Transitions

EPISODE = 200


def random_transitions(layout: Layout, count: int, seed: int) -> Transitions:
    """`count` transitions of one actor, in episodes of 200 steps, uniform over the layout's ranges."""
    rng = np.random.default_rng(seed)
    low, high = layout.observation_low, layout.observation_high
    numbers = np.arange(count)
    return Transitions(
        observation=rng.uniform(low, high, (count, layout.observation_size)),
        action=rng.uniform(-1.0, 1.0, (count, layout.action_size)),
        reward=rng.uniform(-1.0, 0.0, count),
        next_observation=rng.uniform(low, high, (count, layout.observation_size)),
        terminated=np.zeros(count, bool),
        truncated=numbers % EPISODE == EPISODE - 1,
        intervened=np.zeros(count, bool),
        policy_version=np.zeros(count, np.int64),
        step_time=layout.control_period * numbers,
        actor_id=np.full(count, f"{seed:032x}"),
        episode=numbers // EPISODE,
        step=numbers % EPISODE,
    )
