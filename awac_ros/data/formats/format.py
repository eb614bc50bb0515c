"""What a format of data is: the one page to read before the formats beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from awac_ros.data.data_set import DataSet, Track, untracked
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.labels import UNSAID, RewardRule
from awac_ros.data.layout import Layout, plain_layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError


@dataclass(frozen=True)
class ReadOptions:
    """What a file of others can't say by itself, and what one that carries its layout, as ours do, must fit."""

    task: str | None = None
    """The task's name; by default what the file says, or its own name."""
    layout: Layout | None = None
    """What the data must fit; by default what the file says, or plain fields of its sizes."""
    mask: str | None = None
    """Only the episodes of this mask."""
    clip_actions: bool = False
    """Take actions beyond [-1, 1] as the nearest ones within; else they are refused."""
    success_reward: bool = False
    """Rewards are 0 where the file says success and -1 elsewhere."""

    @property
    def rule(self) -> RewardRule:
        """Of the rewards of a file that carries no rule."""
        return "sparse" if self.success_reward else UNSAID

    def fit(self, found: Layout, source: str) -> Layout:
        """The layout that a file carries; AwacError, naming `source`, unless it is the wanted one."""
        if self.layout is not None:
            self.layout.check_same(found, source)
        elif self.task not in (None, found.task):
            raise AwacError(f"{source} holds data of task {found.task}, not of {self.task}; leave the task's name away")
        return found

    def guess(self, default: str, sizes: dict[str, int], action_size: int, source: str, period: float = 1.0) -> Layout:
        """The layout of a file that carries none: the wanted one if the sizes fit, else plain fields.

        `default` is the task's name and `period` the control period, s, of the latter.
        """
        if self.layout is None:
            return plain_layout(self.task or default, sizes, action_size, period)
        found = (sum(sizes.values()), action_size)
        if found != (self.layout.observation_size, self.layout.action_size):
            raise AwacError(
                f"{source}: its observations and actions have {found[0]} and {found[1]} entries, but task "
                f"{self.layout.task} needs {self.layout.observation_size} and {self.layout.action_size}; name its task"
            )
        return self.layout


class Format(ABC):
    """One way in which episodes lie on the disk."""

    name: str
    is_folder: bool = False
    can_write: bool = True
    has_masks: bool = False

    @abstractmethod
    def recognises(self, path: Path) -> bool:
        """Whether the file or folder that is there looks like this format."""

    @abstractmethod
    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        """All episodes. AwacError, naming the file, if it can't be read as a whole or does not fit the options."""

    def write(self, path: Path, data: DataSet, track: Track = untracked) -> None:
        """Make the data set, of at least one episode, the whole content of a new `path`: complete, or not there.

        AwacError if the path is there already, or if the format is only read.
        """
        raise AwacError(f"{path}: the format {self.name} is only read here; choose another to write")

    def cannot_hold(self, data: DataSet) -> list[str]:
        """What of this data set would be lost, one phrase each; empty if reading it back gives the same."""
        return [f"the masks {', '.join(data.masks)}"] if data.masks and not self.has_masks else []

    def refuse_mask(self, path: Path, options: ReadOptions) -> None:
        """AwacError if a mask is asked for, where the format has none."""
        if options.mask is not None:
            raise AwacError(f"{path}: the format {self.name} has no masks; leave --mask away")

    def refuse_success_reward(self, path: Path, options: ReadOptions) -> None:
        """AwacError if rewards are asked for that say success, where the data carry a rule of their own."""
        if options.success_reward:
            raise AwacError(
                f"{path}: its rewards have a rule of their own; leave success_reward away, and give them another with "
                "awac data relabel --reward"
            )


@contextmanager
def needing(package: str) -> Iterator[None]:
    """AwacError, naming the package to install, where the block can't import it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise AwacError(
            f"this format needs the package {package}, which is not installed: pip install {package}"
        ) from error


def one_line(error: BaseException) -> str:
    """What a library says, for a sentence of our own."""
    return " ".join(str(error).split()) or type(error).__name__


def paced(episodes: Mapping[str, Episode], period: float) -> dict[str, Episode]:
    """The episodes with their times, so far counts of steps, in s."""
    return {
        name: replace(each, transitions=replace(each.transitions, step_time=each.transitions.step_time * period))
        for name, each in episodes.items()
    }


def make_episode(source: str, outcome: Outcome, actor_id: str, episode: int, **columns: np.ndarray) -> Episode:
    """An episode of the other columns of Transitions, in order; AwacError, naming `source`, if a value does not fit."""
    count = len(columns["action"])
    keys = {"actor_id": np.full(count, actor_id), "episode": np.full(count, episode), "step": np.arange(count)}
    try:
        made = Episode(Transitions(**columns, **keys), outcome)
    except AwacError as error:
        raise AwacError(f"{source}: {error}") from error
    made.transitions.check_values(source)
    return made


def named_outcome(text: str, source: str) -> Outcome:
    """The outcome of this name; AwacError, naming `source`, if there is none."""
    try:
        return Outcome(text)
    except ValueError as error:
        raise AwacError(
            f"{source}: its outcome is {text!r}; it must be one of {', '.join(known.value for known in Outcome)}"
        ) from error


def unmarked_ends(data: DataSet) -> int:
    """How many episodes end with a step that is neither terminated nor truncated."""
    lasts = (episode.transitions for episode in data.episodes.values())
    return sum(not (rows.terminated[-1] or rows.truncated[-1]) for rows in lasts)


def refuse_existing(path: Path) -> None:
    """AwacError if there is something at `path` already."""
    if path.exists():
        raise AwacError(f"{path} is there already; name a new place, or remove it first")
