"""Any gymnasium environment with a Box of actions, in the form that this project trains on."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from awac_ros.envs import PUSHING_ID
from awac_ros.errors import AwacError
from awac_ros.tasks import BoxTask, Task

_ROBOTICS = "gymnasium_robotics"
_SUCCESS = ("is_success", "success")
"""What environments call it in their info."""


def make_box(env_id: str, *, success_reward: bool = False, **keywords: Any) -> gymnasium.Env:
    """The environment as a `BoxEnvironment`.

    Args:
        env_id: of gymnasium, of gymnasium_robotics (AdroitHandPenSparse-v1, ...), or the pushing task of this package.
        success_reward: the reward is 0 in success and -1 elsewhere, whatever the environment gives.
        keywords: for gymnasium.make.

    AwacError if there is no such environment, if a package that it needs is missing, or if it does not fit.
    """
    if env_id == PUSHING_ID and success_reward:
        keywords["reward"] = "sparse"  # the task's own, so that hindsight gives the same rewards
    try:
        _register(env_id)
        env = gymnasium.make(env_id, **keywords)
    except (gymnasium.error.Error, ImportError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise AwacError(
            f"environment {env_id} can't be made ({reason}); correct its id and keywords, or install the package that "
            "it comes from"
        ) from error
    return BoxEnvironment(env, env_id, success_reward)


class BoxEnvironment(gymnasium.Wrapper[np.ndarray, np.ndarray, Any, Any]):
    """Observations are one float32 vector, actions one in [-1, 1]; `info` of every step has is_success (bool).

    is_success is the environment's own "is_success" or "success", and False where it gives neither. `task` is the
    environment's own where it has one, else a BoxTask.
    """

    def __init__(self, env: gymnasium.Env, name: str, success_reward: bool) -> None:
        super().__init__(env)
        self._name = name
        self._success_reward = success_reward
        self._low, self._high = _bounds(env.action_space, name)
        self.action_space = spaces.Box(-1.0, 1.0, (self._low.size,), np.float32)
        self.observation_space = _vector(env.observation_space, name)
        self.task = self._task()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict]:
        observation, info = self.env.reset(seed=seed, options=options)
        return self._flat(observation), info

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        if not np.isfinite(action).all():
            raise AwacError(f"environment {self._name}: action {action} is not finite; give a finite one")
        observation, reward, terminated, truncated, info = self.env.step(self._scaled(action))
        found = next((name for name in _SUCCESS if name in info), None)
        if self._success_reward and found is None:
            raise AwacError(f"environment {self._name} tells no success to make rewards of; leave success_reward away")
        success = found is not None and bool(info[found])
        reward = float(success) - 1.0 if self._success_reward else float(reward)
        return self._flat(observation), reward, terminated, truncated, {**info, "is_success": success}

    def _task(self) -> Task:
        if self.env.has_wrapper_attr("task") and isinstance(own := self.env.get_wrapper_attr("task"), Task):
            return own
        horizon = self.env.spec.max_episode_steps
        if horizon is None or horizon < 1:
            raise AwacError(f"environment {self._name} has no time limit; give one as max_episode_steps")
        return BoxTask(
            self._name,
            self.observation_space.shape[0],
            self.action_space.shape[0],
            horizon,
            getattr(self.env.unwrapped, "dt", 1.0),
        )

    def _flat(self, observation: Any) -> np.ndarray:
        return spaces.flatten(self.env.observation_space, observation).astype(np.float32)

    def _scaled(self, action: np.ndarray) -> np.ndarray:
        """The environment's own action; exactly the given one where its bounds are -1 and 1."""
        unit = np.clip(action, -1.0, 1.0).reshape(self._low.shape)
        scaled = 0.5 * (self._high + self._low) + 0.5 * (self._high - self._low) * unit
        return np.clip(scaled, self._low, self._high).astype(self._low.dtype)


def _register(env_id: str) -> None:
    """Import gymnasium_robotics, which is slow, only where gymnasium does not know the id."""
    try:
        gymnasium.spec(env_id)
    except gymnasium.error.UnregisteredEnv:
        if importlib.util.find_spec(_ROBOTICS):
            with contextlib.redirect_stderr(io.StringIO()):  # it greets with news of its dense rewards
                importlib.import_module(_ROBOTICS)


def _bounds(space: spaces.Space, name: str) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(space, spaces.Box) or not np.issubdtype(space.dtype, np.floating):
        raise AwacError(f"environment {name}: its actions are {space}, but a Box of floats is needed; choose another")
    if not space.is_bounded():
        raise AwacError(f"environment {name}: its actions {space} have no finite bounds; choose another")
    return space.low, space.high


def _vector(space: spaces.Space, name: str) -> spaces.Box:
    flat = spaces.flatten_space(space)
    if not isinstance(flat, spaces.Box):
        raise AwacError(f"environment {name}: its observations {space} make no vector of fixed size; choose another")
    return spaces.Box(flat.low.astype(np.float32), flat.high.astype(np.float32), dtype=np.float32)
