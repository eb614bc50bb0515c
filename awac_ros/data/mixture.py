"""A data set as a list of sources with weights, in YAML.

    sources:
      - path: demos.hdf5          # relative to this file; any format that is known
        weight: 2                 # every episode counts twice; 0.5: half of them do. Default: 1
      - path: ../old/walker.h5
        clip_actions: true        # and mask, success_reward: as for awac data import

Any other key is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from awac_ros.data import formats
from awac_ros.data.labels import RewardRule, check_same_rule
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError

SUFFIXES = (".yaml", ".yml")
_KINDS: dict[str, Callable[[Any], bool]] = {
    "path": lambda value: isinstance(value, str),
    "weight": lambda value: type(value) in (int, float) and 0.0 < value < 1000.0,
    "mask": lambda value: isinstance(value, str),
    "clip_actions": lambda value: isinstance(value, bool),
    "success_reward": lambda value: isinstance(value, bool),
}
"""What the value of a key may be."""


@dataclass(frozen=True)
class Source:
    """One entry of the list."""

    path: Path
    weight: float = 1.0
    """How often every episode counts; what is left of a whole number is the share of episodes that count once more."""
    mask: str | None = None
    clip_actions: bool = False
    success_reward: bool = False


def read_sources(path: Path) -> list[Source]:
    """The list in a file; AwacError, naming the file and the entry, where it is no such list or a path is not there."""
    try:
        raw = yaml.safe_load(Path(path).read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise AwacError(f"{path}: it can't be read as YAML ({reason}); correct it") from error
    if (
        not isinstance(raw, dict)
        or set(raw) != {"sources"}
        or not isinstance(raw["sources"], list)
        or not raw["sources"]
    ):
        raise AwacError(f"{path}: it must hold the key sources, with a list of at least one source, and nothing else")
    return [_source(entry, path, number) for number, entry in enumerate(raw["sources"], 1)]


def read(path: Path, layout: Layout, rule: RewardRule | None = None, *, seed: int = 0) -> Transitions:
    """The transitions of all sources; an episode of weight 2 comes twice. `seed` is of the draw for other weights.

    AwacError if a source can't be read as a whole or does not fit `layout`, if its rewards are not by `rule` (by
    default the first source's), or if nothing is left.
    """
    rng = np.random.default_rng(seed)
    parts: list[Transitions] = []
    for source in read_sources(path):
        options = formats.ReadOptions(
            layout=layout,
            mask=source.mask,
            clip_actions=source.clip_actions,
            success_reward=source.success_reward,
        )
        data = formats.read(source.path, options).unbroken()
        rule = rule or data.rule
        check_same_rule(rule, data.rule, str(source.path))
        episodes = [episode.transitions for episode in data.episodes.values()]
        whole, share = divmod(source.weight, 1.0)
        once_more = rng.permutation(len(episodes))[: round(share * len(episodes))]
        parts += episodes * int(whole) + [episodes[number] for number in sorted(once_more)]
    if not parts:
        raise AwacError(f"{path}: no episode is left of its sources; give them larger weights")
    return Transitions.concatenate(parts)


def _source(entry: Any, path: Path, number: int) -> Source:
    where = f"{path}: source {number}"
    known = [field.name for field in fields(Source)]
    if not isinstance(entry, dict) or "path" not in entry:
        raise AwacError(f"{where} must have a path; its other keys are {', '.join(sorted(set(known) - {'path'}))}")
    for key, value in entry.items():
        if key not in known:
            raise AwacError(f"{where}: key {key!r} is not known; the keys are {', '.join(known)}")
        if not _KINDS[key](value):
            raise AwacError(f"{where}: {key} can't be {value!r}")
    found = Source(**entry | {"path": Path(path).parent / entry["path"]})
    if not found.path.exists():
        raise AwacError(f"{where}: {found.path} is not there; correct the path")
    return found
