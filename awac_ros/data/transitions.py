"""Transitions as columns: what the actor makes, the store keeps, the wire carries and the learner trains on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from awac_ros.data.layout import Layout
from awac_ros.errors import AwacError

ACTOR_ID_LENGTH = 32
"""Characters: those of uuid4().hex."""

COLUMN_TYPES: dict[str, Any] = {
    "observation": np.float32,
    "action": np.float32,
    "reward": np.float32,
    "next_observation": np.float32,
    "terminated": np.bool_,
    "truncated": np.bool_,
    "intervened": np.bool_,
    "policy_version": np.int64,
    "step_time": np.float64,
    "actor_id": f"U{ACTOR_ID_LENGTH}",
    "episode": np.int64,
    "step": np.int64,
}
"""The dtype of every column, in the order of the fields of `Transitions`."""


def row_shapes(layout: Layout) -> dict[str, tuple[int, ...]]:
    """The shape of one row of every column: (size,) for the vectors, () for the rest."""
    sizes = {
        "observation": (layout.observation_size,),
        "next_observation": (layout.observation_size,),
        "action": (layout.action_size,),
    }
    return {name: sizes.get(name, ()) for name in COLUMN_TYPES}


@dataclass(frozen=True, eq=False)
class Transitions:
    """N transitions, one array a column.

    The next observation of a truncated step is the true one, never the next episode's first.
    (actor_id, episode, step) is the key: unique over everything that was ever recorded.
    """

    observation: np.ndarray
    """(N, observation_size) float32."""
    action: np.ndarray
    """(N, action_size) float32 in [-1, 1]: the action that was executed, whoever chose it."""
    reward: np.ndarray
    """(N,) float32."""
    next_observation: np.ndarray
    """(N, observation_size) float32."""
    terminated: np.ndarray
    """(N,) bool: the task itself ended here; nothing is bootstrapped."""
    truncated: np.ndarray
    """(N,) bool: the episode was cut here (horizon, operator); the value of the next state still counts."""
    intervened: np.ndarray
    """(N,) bool: a person chose the action."""
    policy_version: np.ndarray
    """(N,) int64: the weights that chose the action, or -1 where no learned policy did."""
    step_time: np.ndarray
    """(N,) float64: monotonic seconds of the clock that paced the step, at the observation."""
    actor_id: np.ndarray
    """(N,) str: 32 hex digits, new with every start of an actor."""
    episode: np.ndarray
    """(N,) int64: counts from 0 for each actor."""
    step: np.ndarray
    """(N,) int64: counts from 0 in each episode."""

    def __post_init__(self) -> None:
        length = len(self.observation)
        for name, kind in COLUMN_TYPES.items():
            given = np.asarray(getattr(self, name))
            if len(given) != length:
                raise AwacError(f"transitions: column {name} has {len(given)} rows, observation has {length}")
            column = given.astype(kind, copy=False)
            if name == "actor_id" and column is not given and not np.array_equal(column, given):
                raise AwacError(
                    f"transitions: an actor_id is longer than {ACTOR_ID_LENGTH} characters; use uuid4().hex"
                )
            object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return len(self.observation)

    def __getitem__(self, rows: Any) -> Transitions:
        """The chosen rows (slice, index array or mask) as Transitions."""
        return Transitions(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def concatenate(cls, parts: Iterable[Transitions]) -> Transitions:
        """One set of columns from at least one part, in order."""
        listed = list(parts)
        return cls(*(np.concatenate([getattr(p, field.name) for p in listed]) for field in fields(cls)))

    @classmethod
    def empty(cls, layout: Layout) -> Transitions:
        shapes = row_shapes(layout)
        return cls(*(np.zeros((0, *shapes[name]), kind) for name, kind in COLUMN_TYPES.items()))

    def check(self, layout: Layout, source: str) -> None:
        """Raise AwacError, naming `source`, unless sizes, finiteness and ranges fit the layout."""
        for name, shape in row_shapes(layout).items():
            column = getattr(self, name)
            if column.shape[1:] != shape:
                needed = ", ".join(map(str, ("N", *shape)))
                raise AwacError(
                    f"{source}: {name} has shape {column.shape}, but task {layout.task} needs ({needed}); "
                    "was it recorded for another task?"
                )
        self.check_values(source)

    def check_values(self, source: str) -> None:
        """The part of `check` that needs no layout: finiteness, the range of actions, and counts that can be."""
        for name in ("observation", "action", "reward", "next_observation", "step_time"):
            column = getattr(self, name)
            finite = np.isfinite(column)
            if not finite.all():
                row = int(np.argwhere(~finite)[0, 0])
                raise AwacError(f"{source}: {name} is not finite at row {row}; leave that episode out")
        if len(self) and np.abs(self.action).max() > 1.0 + 1e-6:
            row = int(np.argmax(np.abs(self.action).max(axis=1)))
            raise AwacError(
                f"{source}: action at row {row} lies outside [-1, 1]; scale actions by the task before storing them"
            )
        for name, low in (("episode", 0), ("step", 0), ("policy_version", -1)):
            column = getattr(self, name)
            if len(self) and column.min() < low:
                row = int(np.argmax(column < low))
                raise AwacError(f"{source}: {name} is {column[row]} at row {row}; it counts from {low} on")
