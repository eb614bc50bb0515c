"""A scripted person who pushes the puck to the goal: able, but with an unsteady hand, slips and pauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.nodes.human import Mark
from awac_ros.tasks.pushing import PUCK_RADIUS

TIP_RADIUS = 0.0125


@dataclass(frozen=True)
class OperatorConfig:
    """How the scripted person drives; lengths in m, speeds in m/s, times in control steps of 0.1 s."""

    max_speed: float = 0.2
    """Of each axis."""
    step_time: float = 0.1
    """s between two answers."""
    clearance: float = 0.015
    """Kept between tip and puck while going round."""
    push_cone: float = 0.45
    """rad: how far off the line from puck to goal the tip may stand and still push."""
    good_enough: float = 0.02
    """Distance between puck and goal at which the hand stops pushing."""
    success_distance: float = 0.06
    hold_steps: int = 12
    """Steps the puck must lie within success_distance, the hand still, before SUCCESS is marked."""
    unsteadiness: float = 0.03
    """Standard deviation of the hand's speed on each axis; it wanders with a memory of about 5 steps."""
    misjudgement: float = 0.004
    """Standard deviation of where the puck is seen, constant for an episode."""
    slip_probability: float = 0.01
    """A step; a slip is 2 to 4 steps in any direction."""
    pause_probability: float = 0.01
    """A step; a pause is 3 to 8 steps of holding still."""


class ScriptedOperator:
    """One episode of the scripted person; the same `rng` state and measurements give the same answers."""

    def __init__(self, rng: np.random.Generator, config: OperatorConfig | None = None) -> None:
        self.config = config or OperatorConfig()
        self._rng = rng
        self._seen_offset = rng.normal(0.0, self.config.misjudgement, 2)
        self._wander = np.zeros(2)
        self._stuck_with = np.zeros(2)
        self._stuck_for = 0
        self._held = 0

    def answer(self, p_base_tip: np.ndarray, p_base_puck: np.ndarray, p_base_goal: np.ndarray) -> np.ndarray | Mark:
        """What the person does about this state: a twist (6,) in the base frame, or SUCCESS. Positions (3,)."""
        distance = float(np.linalg.norm(p_base_goal[:2] - p_base_puck[:2]))
        velocity = self._intend(p_base_tip[:2], p_base_puck[:2], p_base_goal[:2], distance)
        resting = not velocity.any()
        self._held = self._held + 1 if resting and distance < self.config.success_distance else 0
        if self._held > self.config.hold_steps:
            return Mark.SUCCESS
        if not resting:
            velocity = self._disturb(velocity)
        twist = np.zeros(6)
        twist[:2] = np.clip(velocity, -self.config.max_speed, self.config.max_speed)
        return twist

    def _intend(self, hand: np.ndarray, puck: np.ndarray, goal: np.ndarray, distance: float) -> np.ndarray:
        """The velocity (2,) that a steady hand would choose."""
        if distance < self.config.good_enough:
            return np.zeros(2)
        puck = puck + self._seen_offset
        along = (goal - puck) / max(float(np.linalg.norm(goal - puck)), 1e-6)
        across = np.array([-along[1], along[0]])
        contact = TIP_RADIUS + PUCK_RADIUS
        from_puck = hand - puck
        off_line = float(np.arctan2(abs(from_puck @ across), -(from_puck @ along)))
        if off_line > self.config.push_cone or float(np.linalg.norm(from_puck)) > 1.6 * contact:
            return self._approach(hand, puck, along, contact + self.config.clearance)
        speed = min(self.config.max_speed, max(0.04, 1.5 * distance))
        return speed * along - 4.0 * (from_puck @ across) * across

    def _approach(self, hand: np.ndarray, puck: np.ndarray, along: np.ndarray, radius: float) -> np.ndarray:
        """Towards the point behind the puck, round it where it is in the way."""
        behind = puck - radius * along
        way = behind - hand
        length = max(float(np.linalg.norm(way)), 1e-6)
        nearest = hand + way * np.clip((puck - hand) @ way / length**2, 0.0, 1.0)
        if float(np.linalg.norm(nearest - puck)) < radius - 1e-3:
            outward = (hand - puck) / max(float(np.linalg.norm(hand - puck)), 1e-6)
            round_it = np.array([-outward[1], outward[0]])
            if round_it @ (behind - puck) < 0.0:
                round_it = -round_it
            too_close = radius - float(np.linalg.norm(hand - puck))
            way = round_it + 20.0 * max(too_close, 0.0) * outward
            length = max(float(np.linalg.norm(way)), 1e-6)
            return self.config.max_speed * way / length
        return min(self.config.max_speed, 0.8 * length / self.config.step_time) * way / length

    def _disturb(self, velocity: np.ndarray) -> np.ndarray:
        """What the hand makes of it."""
        self._wander = 0.8 * self._wander + 0.6 * self._rng.normal(0.0, self.config.unsteadiness, 2)
        if self._stuck_for > 0:
            self._stuck_for -= 1
            return self._stuck_with
        chance = self._rng.random()
        if chance < self.config.slip_probability:
            angle = self._rng.uniform(-np.pi, np.pi)
            self._stuck_with = 0.7 * self.config.max_speed * np.array([np.cos(angle), np.sin(angle)])
            self._stuck_for = int(self._rng.integers(2, 5))
        elif chance < self.config.slip_probability + self.config.pause_probability:
            self._stuck_with = np.zeros(2)
            self._stuck_for = int(self._rng.integers(3, 9))
        return velocity + self._wander
