"""What a task is: the one page to read before `pushing.py`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from awac_ros.data import Layout


@dataclass(frozen=True)
class WorldState:
    """What the arm and the sensors say at one instant, in the arm's base frame, SI units."""

    p_base_tip: np.ndarray
    """(3,) position of the tip, m."""
    q_base_tip: np.ndarray
    """(4,) orientation of the tip, quaternion xyzw."""
    p_base_puck: np.ndarray
    """(3,) position of the puck's centre, m."""


@dataclass(frozen=True)
class Scene:
    """How an episode begins."""

    p_base_tip: np.ndarray
    """(3,) where the tip starts, m."""
    p_base_puck: np.ndarray
    """(3,) where the puck starts, m."""
    goal: np.ndarray
    """(goal_size,) what the task asks for, in the task's own order."""


class Task(ABC):
    """Observation, action, reward and success of one task; it holds no state.

    Arrays may carry leading batch dimensions wherever `...` stands in a shape.
    """

    name: str
    layout: Layout
    horizon: int
    """Steps after which an episode is truncated."""

    @abstractmethod
    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """A fresh start and goal."""

    @abstractmethod
    def observe(self, world: WorldState, goal: np.ndarray) -> np.ndarray:
        """(observation_size,) float32."""

    @abstractmethod
    def twist(self, action: np.ndarray, world: WorldState) -> np.ndarray:
        """(6,) float64: the tip's commanded velocity [linear m/s, angular rad/s] in the base frame."""

    @abstractmethod
    def action(self, v_base_tip: np.ndarray) -> np.ndarray:
        """(action_size,) float32 in [-1, 1]: the action closest to a person's twist (6,) in the base frame."""

    @abstractmethod
    def reward(self, next_observation: np.ndarray) -> np.ndarray:
        """(...,) float32: the reward of having arrived at next_observation (..., observation_size)."""

    @abstractmethod
    def success(self, observation: np.ndarray) -> np.ndarray:
        """(...,) bool: whether the goal counts as reached at observation (..., observation_size)."""

    @abstractmethod
    def distance(self, observation: np.ndarray) -> np.ndarray:
        """(...,) float32: how far from the goal, m."""

    @abstractmethod
    def achieved_goal(self, observation: np.ndarray) -> np.ndarray:
        """(..., goal_size) float32: the goal that observation (..., observation_size) would fulfil."""

    @abstractmethod
    def with_goal(self, observation: np.ndarray, goal: np.ndarray) -> np.ndarray:
        """(..., observation_size) float32: the same state under another goal (..., goal_size)."""

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """Matrix (F, observation_size) and offset (F,), float32: the affine view of an observation given to networks.

        As it stands here, each entry's expected range becomes [-1, 1]; a task adds the differences that matter to it.
        """
        low, high = self.layout.observation_low, self.layout.observation_high
        return np.diag(2.0 / (high - low)), -(high + low) / (high - low)

    @abstractmethod
    def sample_goals(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """(count, goal_size) float32: goals as the environment draws them."""
