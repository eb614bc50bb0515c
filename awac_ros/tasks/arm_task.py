"""What a task is to an arm: scenes, what is observed of the world, and what an action means as a twist."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from awac_ros.tasks.task import GoalTask


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


class ArmTask(GoalTask):
    """A task that an arm acts out: observation, action and success."""

    @abstractmethod
    def sample_scene(self, rng: np.random.Generator) -> Scene:
        """A fresh start and goal."""

    @abstractmethod
    def observe(self, world: WorldState, goal: np.ndarray) -> np.ndarray:
        """(observation_size,) float32."""

    @abstractmethod
    def scene(self, observation: np.ndarray) -> Scene:
        """The scene that shows observation (observation_size,) at its first instant."""

    @abstractmethod
    def twist(self, action: np.ndarray, world: WorldState) -> np.ndarray:
        """(6,) float64: the tip's commanded velocity [linear m/s, angular rad/s] in the base frame."""

    @abstractmethod
    def action(self, v_base_tip: np.ndarray) -> np.ndarray:
        """(action_size,) float32 in [-1, 1]: the action closest to a person's twist (6,) in the base frame."""

    @abstractmethod
    def p_base_goal(self, goal: np.ndarray) -> np.ndarray:
        """(3,) float64: where goal (goal_size,) is shown to a person, m."""

    @abstractmethod
    def success(self, observation: np.ndarray) -> np.ndarray:
        """(...,) bool: whether the goal counts as reached at observation (..., observation_size)."""

    @abstractmethod
    def distance(self, observation: np.ndarray) -> np.ndarray:
        """(...,) float32: how far from the goal, m."""
