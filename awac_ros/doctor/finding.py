"""What every check answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.Enum):
    """How bad it is."""

    GOOD = "good"
    HURTS = "hurts"
    """Runs work, but worse than they could."""
    BREAKS = "breaks"
    """A run would fail or lose what it promises."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    level: Level
    found: str
    """A sentence: what is there, and what it means for a run."""
    mend: str = ""
    """A sentence: what to do; empty where nothing need be done."""


def judge(subject: str, found: str, mend: str, *, breaks: bool = False, hurts: bool = False) -> Finding:
    """A finding whose way out is told only where it is needed."""
    level = Level.BREAKS if breaks else Level.HURTS if hurts else Level.GOOD
    return Finding(subject, level, found, "" if level is Level.GOOD else mend)
