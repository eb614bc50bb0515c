"""How hard the promises are tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Counts of one soak."""

    writers_killed: int
    """Writers of each kind of file that are killed in the middle."""
    files_mutated: int
    """Damaged files that are read, over all kinds."""
    messages: int
    """Hostile messages and requests."""
    nodes_killed: int
    """Nodes of a running graph that are killed."""
    recorders_killed: int
    """Recorders that are killed while an operator records."""
    clock_lies: int
    """Times that a clock leaps or stands still."""
    wrong_weights: int
    """Messages with weights that must not be followed."""
    restarts: int
    """Of the actor, and of the learner, of a graph in real time."""
    seconds_cut: float
    """s for which the link between two hosts is cut, and then lossy."""
    arms: int
    """Simulated arms, each with its actor, into one buffer."""
    steps_by_arm: int
    """Environment steps that each of them makes."""


FULL = Effort(
    writers_killed=170,
    files_mutated=10_000,
    messages=100_000,
    nodes_killed=200,
    recorders_killed=40,
    restarts=20,
    clock_lies=42,
    wrong_weights=600,
    seconds_cut=30.0,
    arms=8,
    steps_by_arm=2_000,
)
SHORT = Effort(
    writers_killed=15,
    files_mutated=1_000,
    messages=5_000,
    nodes_killed=8,
    recorders_killed=4,
    restarts=3,
    clock_lies=7,
    wrong_weights=24,
    seconds_cut=5.0,
    arms=8,
    steps_by_arm=250,
)
