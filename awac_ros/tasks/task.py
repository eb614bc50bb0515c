"""What a task is to a learner: the one page to read before `arm_task.py` and `pushing.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from awac_ros.data import Layout


class Task(ABC):
    """The vectors of one task and how networks see them; it holds no state.

    Arrays may carry leading batch dimensions wherever `...` stands in a shape.
    """

    name: str
    layout: Layout
    horizon: int
    """Steps after which an episode is truncated."""

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """Matrix (F, observation_size) and offset (F,), float32: the affine view of an observation given to networks.

        As it stands here, each entry's expected range becomes [-1, 1]; a task adds the differences that matter to it.
        """
        low, high = self.layout.observation_low, self.layout.observation_high
        return np.diag(2.0 / (high - low)), -(high + low) / (high - low)


class GoalTask(Task):
    """A task whose goal stands in the observation, so that what was done can be learnt from under another goal."""

    @abstractmethod
    def reward(self, next_observation: np.ndarray) -> np.ndarray:
        """(...,) float32: the reward of having arrived at next_observation (..., observation_size)."""

    @abstractmethod
    def achieved_goal(self, observation: np.ndarray) -> np.ndarray:
        """(..., goal_size) float32: the goal that observation (..., observation_size) would fulfil."""

    @abstractmethod
    def with_goal(self, observation: np.ndarray, goal: np.ndarray) -> np.ndarray:
        """(..., observation_size) float32: the same state under another goal (..., goal_size)."""

    @abstractmethod
    def sample_goals(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """(count, goal_size) float32: goals as the environment draws them."""
