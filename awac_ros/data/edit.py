"""What can be done to a data set: each function takes some and gives a new one; files are left alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from awac_ros.data.data_set import DataSet, Key, key_of
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.labels import check_same_rule, relabel
from awac_ros.data.transitions import ACTOR_ID_LENGTH, Transitions
from awac_ros.errors import AwacError


def merge(parts: Sequence[DataSet]) -> DataSet:
    """All episodes of at least one data set, in order; an episode is named <file>: <name there>.

    An episode that comes a second time, bit for bit, is left out with a remark. Masks of one name become one.
    AwacError if the layouts or the reward rules differ, or if two episodes have the same key but not the same content.
    """
    layout, rule = parts[0].layout, parts[0].rule
    episodes: dict[str, Episode] = {}
    masks: dict[str, list[str]] = {}
    remarks = [remark for part in parts for remark in part.remarks]
    owner: dict[Key, str] = {}
    for part in parts:
        layout.check_same(part.layout, part.source)
        check_same_rule(rule, part.rule, part.source)
        repeated = 0
        for name, episode in part.episodes.items():
            full = f"{part.source}: {name}"
            other = owner.setdefault(key_of(episode), full)
            if other == full:
                episodes[full] = episode
            elif same(episode, episodes[other]):
                repeated += 1
            else:
                raise AwacError(f"{full} is another version of {other}; leave one of them out with --leave-out")
        if repeated:
            remarks.append(f"{part.source}: {repeated} of its episodes came before and are left out")
        for mask, names in part.masks.items():
            masks.setdefault(mask, []).extend(f"{part.source}: {name}" for name in names)
    kept = {mask: tuple(name for name in names if name in episodes) for mask, names in masks.items()}
    source = ", ".join(part.source for part in parts)
    return DataSet(source, layout, episodes, masks=kept, remarks=tuple(remarks), rule=rule)


def same(one: Episode, other: Episode) -> bool:
    """Whether two episodes are equal bit for bit."""
    columns = zip(vars(one.transitions).values(), vars(other.transitions).values(), strict=True)
    return one.outcome is other.outcome and all(a.tobytes() == b.tobytes() for a, b in columns)


def split(data: DataSet, train: float, seed: int) -> DataSet:
    """The same episodes with the masks train and valid, drawn so that both hold each outcome in its share.

    AwacError unless both get an episode.
    """
    rng = np.random.default_rng(seed)
    names = np.array(list(data.episodes))
    outcomes = np.array([episode.outcome.value for episode in data.episodes.values()])
    chosen: set[str] = set()
    for outcome in np.unique(outcomes):
        group = rng.permutation(names[outcomes == outcome])
        chosen |= set(group[: round(train * len(group))].tolist())
    masks = {
        "train": tuple(name for name in data.episodes if name in chosen),
        "valid": tuple(name for name in data.episodes if name not in chosen),
    }
    for mask, members in masks.items():
        if not members:
            raise AwacError(
                f"{data.source}: of {len(names)} episodes none would be left for {mask}; choose another share"
            )
    return replace(data, masks={**data.masks, **masks})


def trim(data: DataSet, first: int, last: int, idle: float) -> DataSet:
    """Leave out each episode's `first` and `last` steps, then what stays below `idle` at either end of the others.

    A step does where no entry of its action reaches `idle`. What an episode loses at its end makes the step before a
    cut. A trimmed episode has a new key. AwacError if nothing of one is left.
    """
    trimmed = {}
    for name, episode in data.episodes.items():
        moving = np.flatnonzero(np.abs(episode.transitions.action).max(axis=1) >= idle)
        moving = moving[(moving >= first) & (moving < len(episode) - last)]
        if len(moving) == 0:
            raise AwacError(
                f"{data.source}: {name}: nothing of its {len(episode)} steps would be left; trim less, or leave it out "
                "with --leave-out"
            )
        trimmed[name] = _part(episode, int(moving[0]), int(moving[-1]) + 1)
    return data.with_episodes(trimmed)


def _part(episode: Episode, start: int, stop: int) -> Episode:
    """The steps from `start` to before `stop` as an episode of their own."""
    if stop - start == len(episode):
        return episode
    rows = episode.transitions[start:stop]
    truncated = rows.truncated.copy()
    truncated[-1] |= stop < len(episode)
    ids = derived_ids(rows, f"steps {start} to {stop}")
    return Episode(replace(rows, truncated=truncated, step=np.arange(len(rows)), actor_id=ids), episode.outcome)


def correct(data: DataSet, names: Collection[str], outcome: Outcome) -> DataSet:
    """Give the named episodes another outcome, and what `labels.relabel` makes of their rewards by the data's rule.

    AwacError if an episode is not there.
    """
    corrected = {name: relabel(each, outcome, data.rule) for name, each in choose(data, names).items()}
    made = data.with_episodes({**data.episodes, **corrected})
    if data.rule == "task":
        remark = f"{data.source}: its rewards do not say success, so they stay; see awac data relabel --reward person"
        made = replace(made, remarks=(*data.remarks, remark))
    return made


def is_labelled(data: DataSet) -> bool:
    """Whether somebody judged every episode."""
    return all(episode.outcome is not Outcome.UNKNOWN for episode in data.episodes.values())


def reward_labels(data: DataSet) -> DataSet:
    """Give every episode the rewards and the end that its outcome says by the rule `person`."""
    made = {name: relabel(episode, episode.outcome, "person") for name, episode in data.episodes.items()}
    return replace(data.with_episodes(made), rule="person")


def choose(data: DataSet, names: Collection[str]) -> dict[str, Episode]:
    """The episodes of these names, in the data set's order; AwacError if one is not there."""
    for name in names:
        if name not in data.episodes:
            known = ", ".join(list(data.episodes)[:5])
            sentence = f"{data.source} has no episode {name!r}; the first ones are {known}"
            raise AwacError(data.broken.get(name, sentence))
    return {name: episode for name, episode in data.episodes.items() if name in names}


def derived_ids(rows: Transitions, how: str) -> np.ndarray:
    """(N,) an actor id for steps that were changed: the same for the same change, and no other's."""
    text = f"{rows.actor_id[0]} {how}"
    return np.full(len(rows), hashlib.sha256(text.encode()).hexdigest()[:ACTOR_ID_LENGTH])
