"""Things to write whose content follows from their number, so that a reader can tell whether they are whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from awac_ros.bench.data import random_transitions
from awac_ros.data import Episode, Outcome, Transitions
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def transitions(number: int) -> Transitions:
    """The number-th batch: 1 to 7 steps of an episode of that number."""
    rows = random_transitions(LAYOUT, 1 + number % 7, seed=number)
    ends = rows.step == len(rows) - 1
    return replace(rows, episode=np.full(len(rows), number), truncated=ends, actor_id=np.full(len(rows), "a" * 32))


def episode(number: int) -> Episode:
    """The number-th episode of a demonstrator."""
    return Episode(transitions(number), Outcome.SUCCESS)


def files(number: int) -> dict[str, bytes]:
    """The number-th checkpoint's: some 100 KB that take the disk a moment."""
    rng = np.random.default_rng(number)
    return {name: rng.bytes(50_000) for name in ("method.safetensors", "replay.safetensors")}


def same(a: Transitions, b: Transitions) -> bool:
    """Whether two are equal in every value."""
    return len(a) == len(b) and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in vars(a))
