"""Commands that nobody in his right mind would send, and whatever else can go wrong beside them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from awac_ros.arms import Arm
from awac_ros.arms.guard import Guard

Twists = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From the tip's position (3,) and the Jacobian (6, 7) to the next twist (6,)."""

P_BASE_BODY = np.array([0.0, 0.0, 0.3])
"""(3,) m: in the middle of the robot's own body."""
SCALES = (0.05, 0.3, 3.0, 1e6)
"""m/s, rad/s: from below every limit to far beyond."""


def random(rng: np.random.Generator) -> Twists:
    """Another one every period."""
    scale = rng.choice(SCALES)
    return lambda p_base_tip, jacobian: rng.normal(0.0, scale, 6)


def bang_bang(rng: np.random.Generator) -> Twists:
    """One way as fast as can be, then another, after random times, resonant ones among them."""
    twist, left, longest = np.zeros(6), 0, int(rng.choice((2, 10, 100)))

    def command(p_base_tip: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
        nonlocal twist, left
        if left == 0:
            twist, left = 10.0 * rng.choice((-1.0, 0.0, 1.0), 6), int(rng.integers(1, longest + 1))
        left -= 1
        return twist

    return command


def straight(rng: np.random.Generator) -> Twists:
    """One way for ever, along an axis or across, through the workspace's faces, edges and corners."""
    linear, angular = rng.choice((-10.0, 0.0, 10.0), 3), rng.normal(0.0, rng.choice((0.0, 1.0)), 3)
    twist = np.concatenate((linear, angular))
    return lambda p_base_tip, jacobian: twist


def at_the_table(rng: np.random.Generator) -> Twists:
    """Straight down, while the hand tilts or turns."""
    twist = np.concatenate(([0.0, 0.0, -10.0], rng.normal(0.0, 1.0, 3)))
    return lambda p_base_tip, jacobian: twist


def at_the_body(rng: np.random.Generator) -> Twists:
    """Towards the robot itself, while the hand tilts or turns."""
    angular = rng.normal(0.0, 1.0, 3)
    return lambda p_base_tip, jacobian: np.concatenate((10.0 * (P_BASE_BODY - p_base_tip), angular))


def at_a_joint_limit(rng: np.random.Generator) -> Twists:
    """What moves one joint to its end, and now and then another joint, either way."""
    joint, sign = 0, 1.0

    def command(p_base_tip: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
        nonlocal joint, sign
        if rng.random() < 0.01:
            joint, sign = int(rng.integers(7)), float(rng.choice((-10.0, 10.0)))
        return sign * jacobian[:, joint]

    return command


WAYS: tuple[Callable[[np.random.Generator], Twists], ...] = (
    random,
    bang_bang,
    straight,
    at_the_table,
    at_the_body,
    at_a_joint_limit,
)


def spoil(twist: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The twist (6,), in one of 500 times with a component that is no number or has no end."""
    if rng.random() < 0.002:
        twist = twist.copy()
        twist[rng.integers(6)] = rng.choice((np.nan, np.inf, -np.inf))
    return twist


def interfere(arm: Arm | Guard, rng: np.random.Generator) -> None:
    """A stop in one of 300 times; whatever the reason of a stop, it is resumed after a moment, however odd."""
    if rng.random() < 1.0 / 300.0:
        arm.stop("the adversary stops")
    if arm.stop_reason is not None and rng.random() < 0.05:
        arm.resume()


class Blindness:
    """Measurements that stay out for up to .3 s, are no numbers, or tell of a blow to the tip."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._left = 0

    def observe(self, guard: Guard, now: float, joint_position: np.ndarray, joint_velocity: np.ndarray) -> None:
        """What the guard gets to see of the joints (7,), if it does."""
        if self._left == 0 and self._rng.random() < 0.002:
            self._left = int(self._rng.integers(1, 31))
        if self._left > 0:
            self._left -= 1
            return
        wrench = np.zeros(6)
        chance = self._rng.random()
        if chance < 0.001:
            joint_position = np.full(7, np.nan)
        elif chance < 0.002:
            wrench[2] = 100.0
        guard.observe(now, joint_position, joint_velocity, np.zeros(7), wrench)
