"""The newest measurements, whether they are whole and fresh, and one sentence when they are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.tasks import WorldState

TIP, PUCK = "tip_pose", "puck_pose"
_WAY_OUT = {TIP: "check the arm node", PUCK: "check the tracker, or the simulated arm node"}


@dataclass(frozen=True)
class Measurement:
    """What one topic said last."""

    stamp: float
    """s, of the publisher's clock."""
    received: float
    """s, monotonic."""
    p_base: np.ndarray
    """(3,) m."""
    q_base: np.ndarray
    """(4,) xyzw."""


@dataclass(frozen=True)
class Moment:
    """The world at one control instant."""

    world: WorldState
    stamp: float
    """s, of the state messages."""
    time: float
    """s, of the clock that paces the steps: simulated in lockstep, else monotonic."""


class Observer:
    """Joins tip_pose and puck_pose into one state of the world."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        """s on the monotonic clock after which a measurement is too old to act on."""
        self._newest: dict[str, Measurement] = {}
        self._refused: dict[str, str] = {}

    def put(self, topic: str, measurement: Measurement) -> None:
        """A good measurement of `topic` (TIP or PUCK)."""
        self._newest[topic] = measurement
        self._refused.pop(topic, None)

    def refuse(self, topic: str, reason: str) -> None:
        """A message of `topic` that can't be used: what was there before grows old."""
        self._refused[topic] = reason

    def newest(self) -> Moment | None:
        """The newest measurement of each topic, of different instants; None if one never came. `time` is unset (0)."""
        tip, puck = self._newest.get(TIP), self._newest.get(PUCK)
        if tip is None or puck is None:
            return None
        return Moment(WorldState(tip.p_base, tip.q_base, puck.p_base), stamp=tip.stamp, time=0.0)

    def whole_after(self, stamp: float) -> Moment | None:
        """The newest state later than `stamp`, if every topic carries it: one instant of the simulated world."""
        tip, puck = self._newest.get(TIP), self._newest.get(PUCK)
        if tip is None or puck is None or tip.stamp != puck.stamp or tip.stamp <= stamp:
            return None
        return Moment(WorldState(tip.p_base, tip.q_base, puck.p_base), stamp=tip.stamp, time=tip.stamp)

    def heard_since(self, time: float) -> bool:
        """Whether any message, good or bad, is known to have come after `time` (monotonic)."""
        return bool(self._refused) or any(newest.received > time for newest in self._newest.values())

    def trouble(self, now: float) -> str | None:
        """One sentence naming the first topic that is missing, refused or too old at `now` (monotonic), or None."""
        for topic in (TIP, PUCK):
            newest = self._newest.get(topic)
            if newest is not None and now - newest.received <= self.timeout:
                continue
            if topic in self._refused:
                return f"{topic} can't be used: {self._refused[topic]}"
            if newest is None:
                return f"no {topic} has come yet; {_WAY_OUT[topic]}"
            age = now - newest.received
            return f"{topic} stopped coming {age:.1f} s ago; the arm holds still until it is back: {_WAY_OUT[topic]}"
        return None
