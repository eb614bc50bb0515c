"""Push a puck to a goal on the table: the Sawyer task of AWAC (multiworld's SawyerPushAndReachXY), with a real puck.

Differences from the original, both on purpose: the puck is a physical one (0.2 kg, sliding and turning under
table friction) where the original weighs 100 kg and cannot turn; and the hand may leave the 40 cm x 20 cm area of
starts and goals, since a physical puck at its edge can only be pushed inwards from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, pi
from typing import Literal

import numpy as np

from awac_ros.data import Field, Layout
from awac_ros.tasks.arm_task import ArmTask, Scene, WorldState

AREA_LOW = np.array([0.5, -0.2])
AREA_HIGH = np.array([0.7, 0.2])
TABLE_HEIGHT = 0.045
PUCK_RADIUS = 0.04
PUCK_HALF_HEIGHT = 0.015
TIP_HEIGHT = 0.06
_PUCK_HEIGHT = TABLE_HEIGHT + PUCK_HALF_HEIGHT


@dataclass(frozen=True)
class PushingConfig:
    """The task's figures; lengths in m, times in s, base frame."""

    reward: Literal["dense", "sparse"] = "dense"
    """dense: -||puck - goal||; sparse: 0 within success_distance, else -1."""
    success_distance: float = 0.06
    horizon: int = 200
    control_period: float = 0.1
    max_speed: float = 0.2
    """Of each axis, at action 1: 0.02 m a step."""
    min_start_distance: float = 0.055
    """Between hand and puck when an episode starts."""
    feature_length: float = 0.1
    """m: the unit of the position differences that networks take in."""
    pose_gain: float = 2.0
    """1/s: how fast a deviation from the pushing height and the tip-down orientation is driven to zero."""


class Pushing(ArmTask):
    """Observation: hand xy, puck xy, goal [hand xy, puck xy]. Action: the hand's velocity in x and y."""

    name = "pushing"

    def __init__(self, config: PushingConfig | None = None) -> None:
        self.config = config or PushingConfig()
        self.horizon = self.config.horizon
        area_low, area_high = tuple(AREA_LOW.tolist()), tuple(AREA_HIGH.tolist())
        self.layout = Layout(
            task=self.name,
            observation=tuple(
                Field(name, "m", "base", area_low, area_high)
                for name in ("hand_xy", "puck_xy", "goal_hand_xy", "goal_puck_xy")
            ),
            action=(Field("hand_velocity_xy", f"{self.config.max_speed} m/s", "base", (-1.0, -1.0), (1.0, 1.0)),),
            control_period=self.config.control_period,
        )

    def sample_scene(self, rng: np.random.Generator) -> Scene:
        hand = rng.uniform(AREA_LOW, AREA_HIGH)
        puck = rng.uniform(AREA_LOW, AREA_HIGH)
        while np.linalg.norm(hand - puck) <= self.config.min_start_distance:
            puck = rng.uniform(AREA_LOW, AREA_HIGH)
        return _scene(hand, puck, self.sample_goals(rng, 1)[0])

    def scene(self, observation: np.ndarray) -> Scene:
        hand, puck = observation[0:2].astype(np.float64), observation[2:4].astype(np.float64)
        return _scene(hand, puck, observation[4:8])

    def observe(self, world: WorldState, goal: np.ndarray) -> np.ndarray:
        return np.concatenate((world.p_base_tip[:2], world.p_base_puck[:2], goal), dtype=np.float32)

    def twist(self, action: np.ndarray, world: WorldState) -> np.ndarray:
        vx, vy = (self.config.max_speed * min(max(a, -1.0), 1.0) for a in action.tolist())
        gain = self.config.pose_gain
        x, y, z, w = world.q_base_tip.tolist()
        # The tip's own z axis in the base frame; its cross product with "down" is the rotation that levels the tip.
        axis_x, axis_y = 2.0 * (x * z + w * y), 2.0 * (y * z - w * x)
        # A tip-down quaternion is (cos, sin, 0, 0) of half the heading; the neutral pose has a heading of 90 degrees.
        heading = 2.0 * atan2(y, x) - 0.5 * pi
        return np.array(
            [
                vx,
                vy,
                gain * (TIP_HEIGHT - float(world.p_base_tip[2])),
                -gain * axis_y,
                gain * axis_x,
                -gain * (heading - 2.0 * pi * round(heading / (2.0 * pi))),
            ]
        )

    def action(self, v_base_tip: np.ndarray) -> np.ndarray:
        return np.clip(np.asarray(v_base_tip[:2]) / self.config.max_speed, -1.0, 1.0).astype(np.float32)

    def p_base_goal(self, goal: np.ndarray) -> np.ndarray:
        """The puck's own."""
        return np.append(goal[2:4], _PUCK_HEIGHT)

    def reward(self, next_observation: np.ndarray) -> np.ndarray:
        distance = self.distance(next_observation)
        if self.config.reward == "dense":
            return -distance
        return np.where(distance < self.config.success_distance, 0.0, -1.0).astype(np.float32)

    def success(self, observation: np.ndarray) -> np.ndarray:
        return self.distance(observation) < self.config.success_distance

    def distance(self, observation: np.ndarray) -> np.ndarray:
        """(...,) float32: between the puck and its goal, m."""
        offset = observation[..., 2:4] - observation[..., 6:8]
        return np.hypot(offset[..., 0], offset[..., 1])

    def achieved_goal(self, observation: np.ndarray) -> np.ndarray:
        return observation[..., 0:4]

    def with_goal(self, observation: np.ndarray, goal: np.ndarray) -> np.ndarray:
        return np.concatenate((observation[..., :4], goal), axis=-1, dtype=np.float32)

    def features(self) -> tuple[np.ndarray, np.ndarray]:
        """The normalised observation, then hand to puck and puck to goal in units of feature_length.

        A network resolves a centimetre between two positions far sooner when it is given their difference.
        """
        matrix, offset = super().features()
        differences = np.zeros((4, self.layout.observation_size), np.float32)
        for row, (start, end) in enumerate(((0, 2), (1, 3), (2, 6), (3, 7))):
            differences[row, start], differences[row, end] = -1.0, 1.0
        return (
            np.concatenate((matrix, differences / self.config.feature_length)),
            np.concatenate((offset, np.zeros(4, np.float32))),
        )

    def sample_goals(self, rng: np.random.Generator, count: int) -> np.ndarray:
        return rng.uniform(np.tile(AREA_LOW, 2), np.tile(AREA_HIGH, 2), (count, 4)).astype(np.float32)


def mark_height(height: float) -> float:
    """m: where a goal at `height`, of any task, is marked: there, or on the table where a puck would lie at it."""
    return height if height > TABLE_HEIGHT + 2.0 * PUCK_HALF_HEIGHT else TABLE_HEIGHT


def _scene(hand: np.ndarray, puck: np.ndarray, goal: np.ndarray) -> Scene:
    """Tip and puck at their heights over (2,) places, m."""
    return Scene(np.append(hand, TIP_HEIGHT), np.append(puck, _PUCK_HEIGHT), goal)
