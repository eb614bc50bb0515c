"""Reaching a point in the air with the tip: a small task of one's own."""

from __future__ import annotations

import numpy as np

from awac_ros.data import Field, Layout
from awac_ros.tasks import ArmTask, Scene, WorldState

LOW, HIGH = np.array([0.5, -0.2, 0.1]), np.array([0.7, 0.2, 0.25])
"""m: the box of starts and goals, above the puck and inside the arm's workspace."""
SPEED = 0.2
"""m/s along each axis at action 1."""
NEAR = 0.05
"""m: nearer than this is there."""


class Reach(ArmTask):
    """Observation: tip xyz, goal xyz. Action: the tip's velocity."""

    name = "reach"
    horizon = 50
    layout = Layout(
        task="reach",
        observation=(
            Field("tip", "m", "base", tuple(LOW), tuple(HIGH)),
            Field("goal", "m", "base", tuple(LOW), tuple(HIGH)),
        ),
        action=(Field("tip_velocity", f"{SPEED} m/s", "base", (-1.0,) * 3, (1.0,) * 3),),
        control_period=0.1,
    )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        return _scene(rng.uniform(LOW, HIGH), self.sample_goals(rng, 1)[0])

    def scene(self, observation: np.ndarray) -> Scene:
        return _scene(observation[:3].astype(np.float64), observation[3:])

    def observe(self, world: WorldState, goal: np.ndarray) -> np.ndarray:
        return np.concatenate((world.p_base_tip, goal), dtype=np.float32)

    def twist(self, action: np.ndarray, world: WorldState) -> np.ndarray:
        return np.concatenate((SPEED * np.clip(action, -1.0, 1.0), np.zeros(3)), dtype=np.float64)

    def action(self, v_base_tip: np.ndarray) -> np.ndarray:
        return np.clip(v_base_tip[:3] / SPEED, -1.0, 1.0).astype(np.float32)

    def p_base_goal(self, goal: np.ndarray) -> np.ndarray:
        return goal.astype(np.float64)

    def reward(self, next_observation: np.ndarray) -> np.ndarray:
        return -self.distance(next_observation)

    def success(self, observation: np.ndarray) -> np.ndarray:
        return self.distance(observation) < NEAR

    def distance(self, observation: np.ndarray) -> np.ndarray:
        return np.linalg.norm(observation[..., :3] - observation[..., 3:], axis=-1).astype(np.float32)

    def achieved_goal(self, observation: np.ndarray) -> np.ndarray:
        return observation[..., :3]

    def with_goal(self, observation: np.ndarray, goal: np.ndarray) -> np.ndarray:
        return np.concatenate((observation[..., :3], goal), axis=-1, dtype=np.float32)

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """Besides the normalised observation the way from tip to goal, in units of 10 cm: what matters here."""
        matrix, offset = super().features()
        way = np.concatenate((-np.eye(3), np.eye(3)), axis=1, dtype=np.float32) / 0.1
        return np.concatenate((matrix, way), dtype=np.float32), np.append(offset, np.zeros(3, np.float32))

    def sample_goals(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return rng.uniform(LOW, HIGH, (count, 3)).astype(np.float32)


def _scene(p_base_tip: np.ndarray, goal: np.ndarray) -> Scene:
    """The puck, which every world has, lies below."""
    return Scene(p_base_tip, np.array([0.6, 0.0, 0.06]), goal)
