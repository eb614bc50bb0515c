"""The random process whose episodes are AWAC's only prior data on the pushing task."""

from __future__ import annotations

from collections.abc import Iterator

import gymnasium
import numpy as np

from awac_ros.data import Episode
from awac_ros.envs.rollout import episode_seed, new_actor_id, rollout


class OrnsteinUhlenbeck:
    """Ornstein-Uhlenbeck noise as actions, with the figures of AWAC's authors (theta 0.15, sigma 0.8)."""

    def __init__(self, size: int, rng: np.random.Generator, theta: float = 0.15, sigma: float = 0.8) -> None:
        self._state = np.zeros(size)
        self._rng = rng
        self._theta = theta
        self._sigma = sigma

    def __call__(self, observation: np.ndarray) -> np.ndarray:
        """(size,) float32 in [-1, 1]; the observation plays no part."""
        self._state += -self._theta * self._state + self._sigma * self._rng.standard_normal(self._state.shape)
        return np.clip(self._state, -1.0, 1.0).astype(np.float32)


def random_episodes(env: gymnasium.Env, *, seed: int, episodes: range) -> Iterator[Episode]:
    """Episodes of the random process; episode k of run `seed` is the same whichever range it is asked in."""
    actor_id = new_actor_id()
    for episode in episodes:
        number = episode_seed(seed, episode)
        process = OrnsteinUhlenbeck(env.action_space.shape[0], np.random.default_rng(number))
        yield rollout(env, process, seed=number, actor_id=actor_id, episode=episode)
