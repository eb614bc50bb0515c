"""What every device of teleoperation is: the page to read before any of the others here."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

PERIOD = 0.02
"""s: the longest a device is waited for, and so the time between two twists while the dead-man is held."""


class Request(enum.Enum):
    """What a person can ask for with a button or a key."""

    START = "start"
    SUCCESS = "success"
    FAILURE = "failure"
    DISCARD = "discard"
    UNDO = "undo"
    """Take back the demonstration that was recorded last."""
    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True)
class Reading:
    """What a device says at one instant."""

    deflection: np.ndarray | None = None
    """(6,) x, y, z, roll, pitch, yaw as shares of full speed, in [-1, 1]; None while the dead-man is up."""
    presses: tuple[tuple[Request, ...], ...] = ()
    """For each button pressed since the last reading: what it may mean; the first that fits is meant."""
    allows: bool = False
    """Whether the person holds what lets the arm move by itself, where it asks for that."""
    trouble: str | None = None
    """One sentence on why the device can't be followed, or None."""


class Device(ABC):
    """A device; one that disappears or falls silent reads as a dead-man let go."""

    @abstractmethod
    def wait(self, spin: Callable[[float], None]) -> None:
        """Until the device has something to say, or for PERIOD; `spin(timeout)` lets the node's callbacks run."""

    @abstractmethod
    def read(self, now: float) -> Reading:
        """The state at `now` (monotonic s), and what was pressed since the last call."""

    @abstractmethod
    def say(self, sentence: str) -> None:
        """Tell the person."""

    def show(self, status: str) -> None:  # noqa: B027
        """Keep this line in sight, where the device has a place for it."""

    def close(self) -> None:  # noqa: B027
        """Leave the device as it was found."""
