"""Evaluations as the report keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from awac_ros.data.json_file import read_json, write_json
from awac_ros.errors import AwacError


@dataclass(frozen=True)
class Judged:
    """One policy of the run, judged in the plain environment."""

    policy: str
    """Name of its file under policies/, without the suffix."""
    updates: int
    """Gradient updates behind it, offline and online."""
    env_steps: int
    """Online transitions it was trained on; 0 for an offline policy."""
    seed: int
    """Of the scenes: `awac eval` with it and as many episodes gives the same figures."""
    episodes: int
    final_success: float
    any_success: float
    final_distance: float
    """m, mean over the episodes."""

    def save(self, folder: Path) -> None:
        write_json(folder / f"{self.policy}.json", asdict(self))


def read_all(folder: Path) -> list[Judged]:
    """Every evaluation under `folder`, in the order of training."""
    judged = []
    for path in sorted(folder.glob("*.json")):
        try:
            judged.append(Judged(**read_json(path)))
        except TypeError as error:
            raise AwacError(f"{path}: not an evaluation ({error}); delete it to judge that policy anew") from error
    return sorted(judged, key=lambda one: (one.env_steps, one.updates))


def mean(evaluations: Sequence[Judged]) -> dict[str, float | int]:
    """The mean over all episodes of at least one evaluation."""
    episodes = sum(one.episodes for one in evaluations)
    return {
        "episodes": episodes,
        **{
            name: sum(getattr(one, name) * one.episodes for one in evaluations) / episodes
            for name in ("final_success", "any_success", "final_distance")
        },
    }
