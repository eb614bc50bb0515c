"""What the operator says: the twist while the dead-man is held, and the marks of the episode."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass

import numpy as np

from awac_ros.data import Outcome


class Mark(enum.Enum):
    """What an operator can say about an episode."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"
    DISCARD = "discard"
    STOP = "stop"

    @property
    def outcome(self) -> Outcome | None:
        """The outcome with which the mark ends a running episode; None for START."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Mark.START: None,
    Mark.SUCCESS: Outcome.SUCCESS,
    Mark.FAILURE: Outcome.FAILURE,
    Mark.DISCARD: Outcome.DISCARDED,
    Mark.STOP: Outcome.DISCARDED,
}


@dataclass(frozen=True)
class HumanTwist:
    """A teleoperated velocity."""

    v_base_tip: np.ndarray
    """(6,) m/s, rad/s, base frame."""
    stamp: float
    """s; in lockstep the stamp of the state it answers."""
    received: float
    """s, monotonic."""


class Human:
    """The newest twist, and the marks in order; the dead-man is held while twists keep coming and none lets go."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._twist: HumanTwist | None = None
        self._marks: deque[Mark] = deque()
        self.refusal: str | None = None
        """Why the twist that came last was not followed, or None."""

    def put_twist(self, twist: HumanTwist) -> None:
        self._twist = twist

    def let_go(self) -> None:
        """The dead-man is up, at once and not only after the timeout."""
        self._twist = None

    def put_mark(self, mark: Mark) -> None:
        """A mark stays until it is taken."""
        self._marks.append(mark)

    def held(self, now: float, stamp: float) -> np.ndarray | None:
        """The twist (6,) while the dead-man is held at `now` (monotonic s), the state's `stamp`; else None."""
        twist, self.refusal = self._twist, None
        if twist is None or now - twist.received > self._timeout:
            return None
        age = stamp - twist.stamp
        if abs(age) > self._timeout:
            self.refusal = (
                f"teleop/twist is stamped {abs(age):.2f} s {'before' if age > 0 else 'after'} the arm's state and not "
                "followed; give both the same use_sim_time, and synchronise their machines"
            )
            return None
        return twist.v_base_tip

    def answer(self, stamp: float) -> np.ndarray | None:
        """The twist (6,) that answers the state of this stamp, or None if it has not come."""
        twist = self._twist
        return twist.v_base_tip if twist is not None and twist.stamp == stamp else None

    def has_mark(self) -> bool:
        return bool(self._marks)

    def take_stop(self) -> bool:
        """Whether STOP is among the pending marks; it is taken, and with it all that are."""
        if stop := Mark.STOP in self._marks:
            self._marks.clear()
        return stop

    def take_mark(self) -> Mark | None:
        """The oldest pending mark, once; None when there is none."""
        return self._marks.popleft() if self._marks else None
