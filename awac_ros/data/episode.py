"""An episode, and the one place where transitions are made."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from awac_ros.data.transitions import ACTOR_ID_LENGTH, COLUMN_TYPES, Transitions
from awac_ros.errors import AwacError


class Outcome(enum.Enum):
    """How an episode was judged."""

    SUCCESS = "success"
    FAILURE = "failure"
    DISCARDED = "discarded"
    UNKNOWN = "unknown"
    """Nobody judged it, as in many files of others."""


@dataclass(frozen=True)
class Episode:
    """The transitions of one episode, in order and without holes, and its outcome."""

    transitions: Transitions
    outcome: Outcome

    def __post_init__(self) -> None:
        rows = self.transitions
        if len(rows) == 0:
            raise AwacError("an episode without a step can't be kept; record at least one")
        if not np.array_equal(rows.step, np.arange(len(rows))):
            raise AwacError(
                f"episode {rows.episode[0]}: steps are not 0, 1, ... {len(rows) - 1}; transitions are missing"
            )
        if len(set(rows.actor_id.tolist())) != 1 or len(set(rows.episode.tolist())) != 1:
            raise AwacError("an episode holds transitions of more than one episode or actor")
        if (rows.terminated | rows.truncated)[:-1].any():
            raise AwacError(f"episode {rows.episode[0]}: a step before the last is marked as the end")

    def __len__(self) -> int:
        return len(self.transitions)

    @property
    def success(self) -> bool:
        return self.outcome is Outcome.SUCCESS

    @property
    def sum_of_rewards(self) -> float:
        return float(self.transitions.reward.sum())


class EpisodeBuilder:
    """Collects the steps of one episode; every transition of the project is made here."""

    def __init__(self, actor_id: str, episode: int) -> None:
        if not 0 < len(actor_id) <= ACTOR_ID_LENGTH:
            raise AwacError(f"actor_id {actor_id!r} must have 1 to {ACTOR_ID_LENGTH} characters; use uuid4().hex")
        self._actor_id = actor_id
        self._episode = episode
        self._rows: list[tuple] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self,
        observation: np.ndarray,
        action: np.ndarray,
        reward: float,
        next_observation: np.ndarray,
        *,
        terminated: bool = False,
        truncated: bool = False,
        intervened: bool = False,
        policy_version: int = -1,
        step_time: float,
    ) -> None:
        """One more step, kept as a copy; arguments as the columns of Transitions."""
        self._rows.append(
            (
                np.array(observation, np.float32),
                np.array(action, np.float32),
                reward,
                np.array(next_observation, np.float32),
                terminated,
                truncated,
                intervened,
                policy_version,
                step_time,
                self._actor_id,
                self._episode,
                len(self._rows),
            )
        )

    def transitions(self, start: int = 0) -> Transitions:
        """The steps from `start` on; AwacError if there is none."""
        rows = self._rows[start:]
        if not rows:
            raise AwacError(f"episode {self._episode} has no step from {start} on; record at least one")
        columns = zip(*rows, strict=True)
        return Transitions(*(np.array(c, kind) for c, kind in zip(columns, COLUMN_TYPES.values(), strict=True)))

    def finish(self, outcome: Outcome) -> Episode:
        return Episode(self.transitions(), outcome)
