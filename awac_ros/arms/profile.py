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
        self._ramp = jerk_time / period
        """Periods from no acceleration to the whole."""
        self._step = period / jerk_time
        """Largest change of the acceleration in a period."""
        self.reset()

    def reset(self) -> None:
        """At rest."""
        self._velocity = np.zeros_like(self._scale)
        self._acceleration = np.zeros_like(self._scale)

    def towards(self, joint_velocity: np.ndarray) -> np.ndarray:
        """The acceleration (7,) of the next period on the fastest way, without overshoot, to a velocity (7,) rad/s."""
        missing = joint_velocity / self._scale - self._velocity
        return self._change(missing, max(_largest(missing), 1e-300), self._acceleration)

    def _change(self, missing: np.ndarray, most: float, acceleration: np.ndarray) -> np.ndarray:
        """The next acceleration (7,) after this one where so much of the velocity (7,) is missing, `most` of a joint.

        An acceleration a that then falls by the step s a period still adds a + (a - s) + ... to the velocity: with n
        whole steps in it (n + 1) a - s n (n + 1) / 2, which must not exceed what is missing.
        """
        step = self._step
        whole = int((sqrt(1.0 + 8.0 * most / step) - 1.0) / 2.0)
        # No faster than the slowest joint can follow, so that a motion from rest keeps its direction.
        fastest = min(most / (whole + 1) + step * whole / 2.0, _largest(acceleration) + step, 1.0)
        return np.minimum(np.maximum(missing * (fastest / most), acceleration - step), acceleration + step)

    def peak(self, acceleration: np.ndarray) -> np.ndarray:
        """(7,) rad/s: the velocity once this acceleration (7,) of the next period has fallen to zero after it."""
        gained = acceleration + (0.5 * self._ramp) * (acceleration * np.abs(acceleration))
        return (self._velocity + gained) * self._scale

    def way_to_rest(self, acceleration: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A period under this acceleration (7,), then the fastest way to rest.

        Three displacements (7,) rad from now: after the period, about midway, and at rest.
        """
        velocity = self._velocity + acceleration
        way = [velocity]
        # A joint that is still while it turns round is not at rest: its acceleration has yet to fall.
        while (fastest := _largest(velocity)) > NO_VELOCITY or _largest(acceleration) > self._step:
            acceleration = self._change(-velocity, max(fastest, 1e-300), acceleration)
            velocity = velocity + acceleration
            way.append(way[-1] + velocity)
        return way[0] * self._distance, way[len(way) // 2] * self._distance, way[-1] * self._distance

    def send(self, acceleration: np.ndarray) -> np.ndarray:
        """(7,) rad/s after a period under this acceleration (7,): what is sent, and remembered."""
        self._velocity = self._velocity + acceleration
        self._acceleration = acceleration
        return self._velocity * self._scale


def _largest(values: np.ndarray) -> float:
    return max(map(abs, values.tolist()))
