"""Episodes of one task as they stand in a file, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from awac_ros.data import demos
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.labels import UNSAID, RewardRule
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import ACTOR_ID_LENGTH, Transitions
from awac_ros.errors import AwacError

Key = tuple[str, int]
"""(actor_id, episode): what an episode is known by, wherever it lies."""

Track = Callable[[Iterable[Any], str], Iterable[Any]]
"""Passes on what it is given, and may show how far that has come; the text says what is being done."""


def untracked(items: Iterable[Any], doing: str) -> Iterable[Any]:
    """The `Track` that shows nothing."""
    return items


@dataclass(frozen=True)
class DataSet:
    """The episodes of a file by the names they have there, in its order."""

    source: str
    """The file or folder, for sentences that name it."""
    layout: Layout
    episodes: Mapping[str, Episode]
    broken: Mapping[str, str] = field(default_factory=dict)
    """Why an episode can't be used: a sentence that names file and episode."""
    masks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of some of the episodes, e.g. train and valid."""
    remarks: tuple[str, ...] = ()
    """What the file holds that did not come along, and what was assumed; sentences that name the file."""
    rule: RewardRule = UNSAID
    """What the rewards are."""

    def __len__(self) -> int:
        """Steps in all."""
        return sum(map(len, self.episodes.values()))

    def with_episodes(self, episodes: Mapping[str, Episode]) -> DataSet:
        """These episodes in place of the others; masks keep the names that are left."""
        masks = {mask: tuple(name for name in names if name in episodes) for mask, names in self.masks.items()}
        return replace(self, episodes=episodes, masks={mask: names for mask, names in masks.items() if names})

    def unbroken(self) -> DataSet:
        """This, if every episode can be used; else AwacError with the sentence of the first that can't."""
        if self.broken:
            sentence = next(iter(self.broken.values()))
            others = f" ({len(self.broken) - 1} more like it)" if len(self.broken) > 1 else ""
            raise AwacError(f"{sentence}{others}; awac data import --skip-broken makes a file without")
        return self


def key_of(episode: Episode) -> Key:
    return str(episode.transitions.actor_id[0]), int(episode.transitions.episode[0])


def write_demos(path: Path, data: DataSet, track: Track = untracked) -> None:
    """Make the data set the whole content of a file of demonstrations; episode n becomes demo_n."""
    place = {name: number for number, name in enumerate(data.episodes)}
    masks = {mask: [place[name] for name in names] for mask, names in data.masks.items()}
    demos.write(path, data.layout, track(list(data.episodes.values()), f"writing {path}"), masks, data.rule)


def assemble(
    rows: Transitions, outcomes: Mapping[Key, Outcome], source: str
) -> tuple[dict[str, Episode], dict[str, str]]:
    """The whole episodes among transitions in any order, and why each other one is not whole.

    An episode is named <first 8 characters of the actor>_<episode>, or by the whole actor_id where those are not
    unique; it comes at the place of its first transition.
    """
    whole: dict[str, Episode] = {}
    broken: dict[str, str] = {}
    actors, actor = np.unique(rows.actor_id, return_inverse=True)
    length = 8 if len({name[:8] for name in actors.tolist()}) == len(actors) else ACTOR_ID_LENGTH
    order = np.lexsort((rows.step, rows.episode, actor))
    changes = np.flatnonzero((np.diff(actor[order]) != 0) | (np.diff(rows.episode[order]) != 0)) + 1
    groups = [group for group in np.split(order, changes) if len(group)]
    for group in sorted(groups, key=lambda group: group.min()):
        part = rows[group]
        key = (str(part.actor_id[0]), int(part.episode[0]))
        name = f"{key[0][:length]}_{key[1]}"
        try:
            whole[name] = Episode(part, outcomes.get(key, Outcome.UNKNOWN))
        except AwacError:
            broken[name] = f"{source}: {name} {_fault(part)}"
    return whole, broken


def _fault(rows: Transitions) -> str:
    missing = sorted(set(range(int(rows.step[-1]) + 1)) - set(rows.step.tolist()))
    if missing:
        listed = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        return f"lacks {len(missing)} of its {int(rows.step[-1]) + 1} steps ({listed})"
    if len(set(rows.step.tolist())) < len(rows):
        return "has a step twice"
    return f"goes on after step {int(np.argmax(rows.terminated | rows.truncated))}, which is marked as its end"
