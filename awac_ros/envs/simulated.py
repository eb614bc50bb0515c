"""A gymnasium environment made of a task and a simulated arm."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np

from awac_ros.arms import SimulatedArm
from awac_ros.errors import AwacError
from awac_ros.tasks import ArmTask, WorldState


def world_state(arm: SimulatedArm) -> WorldState:
    """What the task sees of the simulated arm and its puck."""
    state = arm.state()
    return WorldState(state.p_base_tip, state.q_base_tip, arm.puck_position())


def simulate(task: ArmTask, arm: SimulatedArm, action: np.ndarray) -> None:
    """One control period under an action (action_size,)."""
    v_base_tip = task.twist(action, world_state(arm))
    for _ in range(round(task.layout.control_period / arm.inner_period)):
        arm.follow(v_base_tip)


class SimulatedTask(gymnasium.Env[np.ndarray, np.ndarray]):
    """Never terminates by itself; the registered time limit truncates at the task's horizon.

    The observation space reaches five times as far as each field is expected to, so that a lost puck still fits.
    `info` holds is_success (bool) and distance (m to the goal).
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(self, task: ArmTask, arm: SimulatedArm, render_mode: str | None = None) -> None:
        self.task = task
        self.arm = arm
        self.render_mode = render_mode
        layout = task.layout
        span = layout.observation_high - layout.observation_low
        self.observation_space = gymnasium.spaces.Box(
            layout.observation_low - 5.0 * span, layout.observation_high + 5.0 * span, dtype=np.float32
        )
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (layout.action_size,), np.float32)
        self._goal = np.zeros(0)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        scene = self.task.sample_scene(self.np_random)
        self.arm.reset(scene.p_base_tip, scene.p_base_puck)
        self._goal = scene.goal
        observation = self.task.observe(world_state(self.arm), self._goal)
        return observation, self._info(observation)

    def step(self, action: np.ndarray) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        if not np.isfinite(action).all():
            raise AwacError(f"action {action} is not finite; the arm holds still until it gets a finite one")
        simulate(self.task, self.arm, action)
        observation = self.task.observe(world_state(self.arm), self._goal)
        return observation, float(self.task.reward(observation)), False, False, self._info(observation)

    def _info(self, observation: np.ndarray) -> dict[str, Any]:
        return {
            "is_success": bool(self.task.success(observation)),
            "distance": float(self.task.distance(observation)),
        }

    def render(self) -> np.ndarray:
        """(480, 640, 3) uint8."""
        return self.arm.picture(640, 480)

    def close(self) -> None:
        self.arm.close()
