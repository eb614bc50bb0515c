"""Replay in memory: every transition, drawn in minibatches, with hindsight goals on the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from awac_ros.data import Transitions
from awac_ros.errors import AwacError
from awac_ros.learning.column import Column
from awac_ros.tasks import GoalTask, Task


class Batch(NamedTuple):
    """Minibatches of transitions; (..., B, size) or (..., B), float32."""

    observation: Tensor
    action: Tensor
    reward: Tensor
    next_observation: Tensor
    terminated: Tensor


@dataclass(frozen=True)
class ReplayConfig:
    """What a minibatch is made of."""

    original_goals: float = 0.2
    """Share of a minibatch whose goals and rewards stay as recorded."""
    drawn_goals: float = 0.5
    """Share with goals as the environment draws them."""
    future_goals: float = 0.3
    """Share with a goal that the same episode achieved at this step or later."""
    online_fraction: float | None = None
    """Share of online data in a minibatch (RLPD: 0.5); None draws from all transitions alike.

    What a person did online counts as online and as prior data both (HIL-SERL, arXiv 2410.21845).
    """

    def __post_init__(self) -> None:
        shares = (self.original_goals, self.drawn_goals, self.future_goals)
        if min(shares) < 0.0 or abs(sum(shares) - 1.0) > 1e-6:
            raise AwacError(f"replay: original_goals, drawn_goals and future_goals are {shares}; make them sum to 1")
        if self.online_fraction is not None and not 0.0 <= self.online_fraction <= 1.0:
            raise AwacError(f"replay: online_fraction is {self.online_fraction}; choose it between 0 and 1")


class Replay:
    """Columns that grow; prior and online transitions are told apart.

    Consecutive rows of one episode form a run; hindsight looks ahead to the end of the run. Where the rows of one
    episode arrive interleaved with another's, they make several runs: goals are then nearer, and never of another
    episode.
    """

    def __init__(self, task: Task, config: ReplayConfig, seed: int) -> None:
        if config.original_goals < 1.0 and not isinstance(task, GoalTask):
            raise AwacError(f"replay: task {task.name} has no goals to draw; set original_goals to 1, the others to 0")
        self._task = task
        self._config = config
        sizes = (task.layout.observation_size,) * 2 + (task.layout.action_size, 1, 1)
        ends = np.cumsum(sizes).tolist()
        self._observation, self._next_observation, self._action, self._reward, self._terminated = (
            slice(end - size, end) for end, size in zip(ends, sizes, strict=True)
        )
        # All that is drawn of a transition lies together, so that drawing it is one read of memory.
        self._transitions = Column((ends[-1],), np.float32)
        self._run = Column((), np.int64)
        self._rows = {"prior": Column((), np.int64), "online": Column((), np.int64)}
        self._run_end = Column((), np.int64)
        self._last_key: tuple[str, int, int] | None = None
        row_seed, goal_seed = np.random.SeedSequence(seed).spawn(2)
        self._row_rng, self._goal_rng = np.random.default_rng(row_seed), np.random.default_rng(goal_seed)

    @property
    def width(self) -> int:
        """Entries of a packed transition."""
        return self._terminated.stop

    @property
    def as_recorded(self) -> bool:
        """Whether minibatches keep the goals that were recorded."""
        return self._config.original_goals == 1.0

    def packed(self, start: int) -> np.ndarray:
        """(N, width): the transitions from this one on."""
        return self._transitions.values[start:]

    def __len__(self) -> int:
        return self._transitions.length

    def count(self, source: Literal["prior", "online"]) -> int:
        """How many of the transitions came from this source; a person's online ones count in both."""
        return self._rows[source].length

    def add(self, transitions: Transitions, source: Literal["prior", "online"]) -> None:
        """Take up transitions, in the order they were made; AwacError if they don't fit the task's layout."""
        transitions.check(self._task.layout, f"{source} transitions")
        if len(transitions) == 0:
            return
        first = len(self)
        rows = np.arange(first, first + len(transitions))
        self._rows[source].extend(rows)
        if source == "online":
            self._rows["prior"].extend(rows[transitions.intervened])
        packed = (
            transitions.observation,
            transitions.next_observation,
            transitions.action,
            transitions.reward[:, None],
            transitions.terminated[:, None],
        )
        self._transitions.extend(np.concatenate(packed, axis=1))
        run = self._runs(transitions)
        self._run.extend(run)
        self._run_end.extend(np.zeros(run[-1] + 1 - self._run_end.length, np.int64))
        last = np.flatnonzero(np.append(run[1:] != run[:-1], True))
        self._run_end.values[run[last]] = first + last

    def configure(self, config: ReplayConfig) -> None:
        """Make minibatches so from now on."""
        self._config = config

    def sample(self, batch_size: int, count: int) -> Batch:
        """`count` minibatches as (count, batch_size, ...); drawing 2 and then 3 gives the same ones as drawing 5."""
        return self.batch(torch.from_numpy(self.draw(batch_size, count)))

    def draw(self, batch_size: int, count: int) -> np.ndarray:
        """As `sample`, packed: (count, batch_size, width)."""
        rows, future = self.draw_rows(batch_size, count)
        drawn = self._transitions.values.take(rows, axis=0)
        self._relabel(drawn, future)
        return drawn

    def batch(self, columns: Tensor) -> Batch:
        """What packed transitions (..., width) are made of, as views."""
        return Batch(
            columns[..., self._observation],
            columns[..., self._action],
            columns[..., self._reward].squeeze(-1),
            columns[..., self._next_observation],
            columns[..., self._terminated].squeeze(-1),
        )

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Everything: arrays, and the rest as JSON can hold it."""
        arrays = {name: column.values for name, column in self._columns().items()}
        about = {
            "last_key": self._last_key,
            "row_rng": self._row_rng.bit_generator.state,
            "goal_rng": self._goal_rng.bit_generator.state,
        }
        return arrays, about

    def restore(self, arrays: dict[str, np.ndarray], about: dict[str, Any]) -> None:
        """Into an empty replay, what `state` gave."""
        for name, column in self._columns().items():
            column.extend(arrays[name])
        self._last_key = None if about["last_key"] is None else tuple(about["last_key"])
        self._row_rng.bit_generator.state = about["row_rng"]
        self._goal_rng.bit_generator.state = about["goal_rng"]

    def _columns(self) -> dict[str, Column]:
        rows = {f"rows.{source}": column for source, column in self._rows.items()}
        return {"transitions": self._transitions, "run": self._run, "run_end": self._run_end, **rows}

    def _relabel(self, drawn: np.ndarray, future: np.ndarray) -> None:
        """Give the rows of (count, batch_size, ...) other goals and their rewards, in place.

        Rows of a minibatch are independent draws, so its first ones may as well be those that keep their goals.
        """
        count, batch_size = future.shape
        kept = round(self._config.original_goals * batch_size)
        by_environment = round(self._config.drawn_goals * batch_size)
        if kept == batch_size:
            return
        achieved = self._transitions.values[:, self._next_observation][future[:, kept + by_environment :]]
        future_goals = self._task.achieved_goal(achieved)
        drawn_goals = self._task.sample_goals(self._goal_rng, count * by_environment)
        drawn_goals = drawn_goals.reshape(count, by_environment, future_goals.shape[-1])
        goals = np.concatenate((drawn_goals, future_goals), axis=1)
        relabelled = drawn[:, kept:]
        for part in (self._observation, self._next_observation):
            relabelled[..., part] = self._task.with_goal(relabelled[..., part], goals)
        relabelled[..., self._reward] = self._task.reward(relabelled[..., self._next_observation])[..., None]

    def _runs(self, transitions: Transitions) -> np.ndarray:
        """(N,) the number of the run each transition belongs to; continues the newest run where it can."""
        actor, episode, step = transitions.actor_id, transitions.episode, transitions.step
        starts = np.ones(len(transitions), bool)
        starts[1:] = (actor[1:] != actor[:-1]) | (episode[1:] != episode[:-1]) | (step[1:] != step[:-1] + 1)
        starts[0] = self._last_key != (str(actor[0]), int(episode[0]), int(step[0]) - 1)
        self._last_key = str(actor[-1]), int(episode[-1]), int(step[-1])
        return self._run_end.length - 1 + np.cumsum(starts)

    def draw_rows(self, batch_size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """(count, batch_size) rows, and for each a row between it and the end of its run."""
        if len(self) == 0:
            raise AwacError("the replay is empty; add demos or other transitions before training")
        u = self._row_rng.random((count, batch_size, 2))
        prior, online = self._rows["prior"].values, self._rows["online"].values
        if self._config.online_fraction is None or len(prior) == 0 or len(online) == 0:
            rows = (u[..., 0] * len(self)).astype(np.int64)
        else:
            # Alternating the sources keeps each one's share of original, drawn and future goals.
            from_online = np.diff(np.floor(np.arange(batch_size + 1) * self._config.online_fraction)) > 0
            rows = np.where(
                from_online,
                online[(u[..., 0] * len(online)).astype(np.int64)],
                prior[(u[..., 0] * len(prior)).astype(np.int64)],
            )
        ahead = self._run_end.values[self._run.values[rows]] - rows + 1
        return rows, rows + (u[..., 1] * ahead).astype(np.int64)
