"""Joint velocities that change smoothly: within limits of acceleration and jerk, all joints at one pace."""

from __future__ import annotations

from math import sqrt

import numpy as np

NO_VELOCITY = 0.02
"""Periods at the whole acceleration: so little moves a joint by less than .0005 rad until it rests."""


class VelocityProfile:
    """The velocity that was last sent, and which ones may follow it.

    Accelerations are shares of each joint's limit, and velocities are counted in periods at the whole of it, so that
    the joints can be compared: a change of the velocity takes as long as its slowest joint needs. No joint ever passes
    the largest velocity it was asked for.
    """

    def __init__(self, acceleration: np.ndarray, jerk_time: float, period: float) -> None:
        """Limits (7,) rad/s^2, the s from rest to that acceleration, and the s between two velocities."""
        self._scale = acceleration * period
        """rad/s a period, at the whole acceleration."""
        self._distance = self._scale * period
        """rad: in a period at a velocity of 1."""
        self._half_ramp = np.full_like(self._scale, 0.5 * (jerk_time / period))
        """Half the periods from no acceleration to the whole."""
        self._step = period / jerk_time
        """Largest change of the acceleration in a period."""
        self._steps = np.full_like(self._scale, self._step)
        """The same for each joint."""
        self.reset()

    def reset(self) -> None:
        """At rest."""
        self._velocity = np.zeros_like(self._scale)
        self._acceleration = np.zeros_like(self._scale)

    def towards(self, joint_velocity: np.ndarray) -> np.ndarray:
        """The acceleration (7,) of the next period on the fastest way, without overshoot, to a velocity (7,) rad/s."""
        missing = joint_velocity / self._scale - self._velocity
        most = max(_largest(missing), 1e-300)
        return self._near(self._acceleration, missing * (self._fastest(most, _largest(self._acceleration)) / most))

    def _fastest(self, missing: float, acceleration: float) -> float:
        """The next acceleration of a joint whose velocity misses so much; of all joints, the one that misses most.

        An acceleration a that then falls by the step s a period still adds a + (a - s) + ... to the velocity: with n
        whole steps in it (n + 1) a - s n (n + 1) / 2, which must not exceed what is missing.
        """
        step = self._step
        whole = int((sqrt(1.0 + 8.0 * missing / step) - 1.0) / 2.0)
        return min(missing / (whole + 1) + step * whole / 2.0, acceleration + step, 1.0)

    def _near(self, acceleration: np.ndarray, wished: np.ndarray) -> np.ndarray:
        """What may follow an acceleration (7,) and comes nearest to the wished one (7,)."""
        return np.minimum(np.maximum(wished, acceleration - self._steps), acceleration + self._steps)

    def peak(self, acceleration: np.ndarray) -> np.ndarray:
        """(7,) rad/s: the velocity once this acceleration (7,) of the next period has fallen to zero after it."""
        gained = acceleration + self._half_ramp * (acceleration * np.abs(acceleration))
        return (self._velocity + gained) * self._scale

    def way_to_rest(self, acceleration: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A period under this acceleration (7,), then the fastest way to rest.

        Three displacements (7,) rad from now: after the period, about midway, and at rest.
        """
        velocity = self._velocity + acceleration
        way = [velocity]
        # A joint that is still while it turns round is not at rest: its acceleration has yet to fall.
        while (most := _largest(velocity)) > NO_VELOCITY or _largest(acceleration) > self._step:
            most = max(most, 1e-300)
            fastest = self._fastest(most, _largest(acceleration))
            wished = velocity * (-fastest / most)
            acceleration = self._near(acceleration, wished)
            if acceleration.tolist() == wished.tolist():
                way += [way[-1] + velocity * (gone / most) for gone in self._straight_to_rest(most, fastest)]
                break
            velocity = velocity + acceleration
            way.append(way[-1] + velocity)
        return way[0] * self._distance, way[len(way) // 2] * self._distance, way[-1] * self._distance

    def _straight_to_rest(self, velocity: float, slowed: float) -> list[float]:
        """How far a joint comes in one period, in two, ... till it rests, if the first slows it by so much.

        Joints that slow down in proportion to their velocities do so to the end: what one of them does, all do.
        """
        velocity -= slowed
        way = [velocity]
        while velocity > NO_VELOCITY or slowed > self._step:
            slowed = self._fastest(velocity, slowed)
            velocity -= slowed
            way.append(way[-1] + velocity)
        return way

    def send(self, acceleration: np.ndarray) -> np.ndarray:
        """(7,) rad/s after a period under this acceleration (7,): what is sent, and remembered."""
        self._velocity = self._velocity + acceleration
        self._acceleration = acceleration
        return self._velocity * self._scale


def _largest(values: np.ndarray) -> float:
    return max(map(abs, values.tolist()))
