"""What is in a data set, in figures and plain words, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from awac_ros.data.data_set import DataSet, Key, key_of
from awac_ros.data.episode import Episode
from awac_ros.data.transitions import Transitions

_LONG_PAUSE = 1.5
"""Control periods between two observations from which on a pause is worth a word."""
_OFTEN = 0.25
"""The share of actions' entries at a bound from which on it is worth a word."""


@dataclass(frozen=True)
class Spread:
    """The least, the mean and the greatest of some figures."""

    least: float
    mean: float
    greatest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(float(min(values)), float(np.mean(values)), float(max(values)))


@dataclass(frozen=True)
class Survey:
    """Everything that `awac data info` says of one file."""

    file: str
    format: str
    task: str
    layout_hash: str
    observation: dict[str, int]
    """The size of each field."""
    action: dict[str, int]
    control_period: float
    """s; 1 where there is no clock."""
    steps: int
    outcomes: dict[str, int]
    """Episodes by outcome."""
    reward_rule: str
    """What the rewards are: see `labels.RewardRule`."""
    length: Spread | None
    """Steps of an episode; None without one."""
    sum_of_rewards: Spread | None
    intervened: float
    """Share of steps at which a person acted."""
    policy_versions: int
    """How many versions of a learned policy acted."""
    masks: dict[str, int]
    """Episodes of each mask."""
    problems: tuple[str, ...]
    """What a learner would stumble over."""
    warnings: tuple[str, ...]
    """What is worth knowing."""
    episodes: tuple[dict[str, Any], ...]
    """name, steps, sum_of_rewards, outcome, ended (terminated, truncated or open) and intervened of each."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def survey(kind: str, data: DataSet) -> Survey:
    """Look at everything in a data set once."""
    file, layout, episodes = data.source, data.layout, data.episodes
    rows = Transitions.concatenate([Transitions.empty(layout), *(each.transitions for each in episodes.values())])
    versions = np.unique(rows.policy_version)
    return Survey(
        file=file,
        format=kind,
        task=layout.task,
        layout_hash=layout.hash,
        observation={field.name: field.size for field in layout.observation},
        action={field.name: field.size for field in layout.action},
        control_period=layout.control_period,
        steps=len(rows),
        outcomes=dict(Counter(episode.outcome.value for episode in episodes.values())),
        reward_rule=data.rule,
        length=Spread.of([len(episode) for episode in episodes.values()]) if episodes else None,
        sum_of_rewards=Spread.of([episode.sum_of_rewards for episode in episodes.values()]) if episodes else None,
        intervened=float(rows.intervened.mean()) if len(rows) else 0.0,
        policy_versions=int((versions >= 0).sum()),
        masks={mask: len(names) for mask, names in data.masks.items()},
        problems=(*data.broken.values(), *_repeated(file, episodes), *_unordered(file, episodes)),
        warnings=(*data.remarks, *_oddities(data, rows)),
        episodes=tuple(
            {
                "name": name,
                "steps": len(episode),
                "sum_of_rewards": episode.sum_of_rewards,
                "outcome": episode.outcome.value,
                "ended": _ended(episode.transitions),
                "intervened": int(episode.transitions.intervened.sum()),
            }
            for name, episode in episodes.items()
        ),
    )


def disagreements(parts: Sequence[DataSet]) -> list[str]:
    """What keeps data sets from being used together: other layouts, other reward rules, an episode that comes twice."""
    sentences = []
    owner: dict[Key, tuple[DataSet, str]] = {}
    first = parts[0]
    for part in parts:
        if part.layout.hash != first.layout.hash:
            sentences.append(
                f"{part.source} is of task {part.layout.task} (layout {part.layout.hash}), {first.source} of "
                f"{first.layout.task} ({first.layout.hash}): they can't feed the same learner"
            )
        if part.rule != first.rule:
            sentences.append(
                f"{part.source} holds rewards by the rule {part.rule}, {first.source} by {first.rule}: awac data "
                "relabel makes them the same"
            )
        for name, episode in part.episodes.items():
            other, its_name = owner.setdefault(key_of(episode), (part, name))
            if other is not part:
                sentences.append(f"{part.source}: {name} is {its_name} of {other.source} once more")
    return sentences


def _repeated(file: str, episodes: Mapping[str, Episode]) -> Iterator[str]:
    owner: dict[Key, str] = {}
    for name, episode in episodes.items():
        if (other := owner.setdefault(key_of(episode), name)) != name:
            yield f"{file}: {name} has the key of {other} (actor and episode number)"


def _unordered(file: str, episodes: Mapping[str, Episode]) -> Iterator[str]:
    for name, episode in episodes.items():
        back = np.flatnonzero(np.diff(episode.transitions.step_time) <= 0.0)
        if len(back):
            yield f"{file}: {name} goes back in time after step {back[0]}"


def _oddities(data: DataSet, rows: Transitions) -> Iterator[str]:
    """One sentence for each kind of oddity, which names the first episode that has it."""
    file, period = data.source, data.layout.control_period
    checks = {
        "the next observation of a step is not the one that follows": lambda t: (
            t.next_observation[:-1] != t.observation[1:]
        ).any(),
        f"steps lie more than {_LONG_PAUSE:g} control periods ({_LONG_PAUSE * period:g} s) apart": lambda t: (
            np.diff(t.step_time) > _LONG_PAUSE * period
        ).any(),
        "its end is marked neither as a termination nor as a cut": lambda t: _ended(t) == "open",
        "its actions never change": lambda t: len(t) > 1 and (t.action == t.action[0]).all(),
    }
    for what, holds in checks.items():
        names = [name for name, episode in data.episodes.items() if holds(episode.transitions)]
        if names:
            others = f", and {len(names) - 1} more episodes like it" if len(names) > 1 else ""
            yield f"{file}: {names[0]}: {what}{others}"
    if len(rows):
        if (share := float((np.abs(rows.action) >= 1.0).mean())) > _OFTEN:
            yield f"{file}: {share:.0%} of the actions' entries stand at a bound"
        if len(data.episodes) > 1 and np.ptp(rows.reward) == 0.0:
            yield f"{file}: every reward is {rows.reward[0]:g}"


def _ended(rows: Transitions) -> str:
    return "terminated" if rows.terminated[-1] else "truncated" if rows.truncated[-1] else "open"
