"""One flat HDF5 file in D4RL's layout; what D4RL has no name for stands under infos/ and metadata/, as D4RL provides.

    observations  actions  rewards  terminals  timeouts  next_observations  success  episode_lengths
    infos/intervened (N,)  infos/policy_version (N,)  infos/step_time (N,)
    metadata/layout  metadata/reward_rule  metadata/actor_id (E,)  metadata/episode (E,)  metadata/outcome (E,)

Texts have a fixed length.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from awac_ros.data import d4rl, hdf5
from awac_ros.data.atomic import atomic_replacement
from awac_ros.data.data_set import DataSet, Track, key_of, untracked
from awac_ros.data.episode import Episode
from awac_ros.data.formats.format import Format, ReadOptions, named_outcome, paced, refuse_existing, unmarked_ends
from awac_ros.data.labels import UNSAID, RewardRule, named_rule
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError

_COLUMNS = {
    "observations": "observation",
    "actions": "action",
    "rewards": "reward",
    "terminals": "terminated",
    "timeouts": "truncated",
    "next_observations": "next_observation",
}
_INFOS = {"intervened": np.bool_, "policy_version": np.int64, "step_time": np.float64}


class D4rl(Format):
    """Ours come back as they were; others' get the outcome of their last step's `success`, if they have that."""

    name = "d4rl"

    def recognises(self, path: Path) -> bool:
        if not h5py.is_hdf5(path):
            return False
        with hdf5.opened(path) as file:
            return "observations" in file

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        self.refuse_mask(path, options)
        with hdf5.opened(path) as file:
            if ours := "metadata/layout" in file:
                self.refuse_success_reward(path, options)
            recording = d4rl.read_recording(file, options.success_reward, str(path))
            extras = _read_extras(file, len(recording.ends), int(recording.ends.sum()), str(path)) if ours else None
        parts = recording.episodes(str(path), hdf5.content_id(path), clip_actions=options.clip_actions)
        if not parts:
            raise AwacError(f"{path}: no step in it has a known next observation; record episodes of two steps or more")
        sizes = {"observation": recording.observation.shape[1]}
        action_size = recording.action.shape[1]
        if extras is not None:
            layout, rule, columns, about = extras
            parts = _restored(parts, recording.ends, columns, about, str(path))
            return DataSet(str(path), options.fit(layout, str(path)), _named(parts), rule=rule)
        remarks = []
        if lost := len(recording.ends) - sum(map(len, parts.values())):
            remarks.append(f"{path}: the next observation of {lost} steps is not known, so they are left out")
        if options.clip_actions and (cut := recording.cut_actions()):
            remarks.append(f"{path}: {cut}")
        if recording.success is None:
            remarks.append(f"{path} does not say which episodes were a success")
        layout = options.guess(path.stem, sizes, action_size, str(path))
        episodes = paced(_named(parts), layout.control_period)
        return DataSet(str(path), layout, episodes, remarks=tuple(remarks), rule=options.rule)

    def write(self, path: Path, data: DataSet, track: Track = untracked) -> None:
        refuse_existing(path)
        episodes = list(data.episodes.values())
        rows = Transitions.concatenate(episode.transitions for episode in episodes)
        lengths = np.array([len(episode) for episode in episodes])
        success = np.zeros(len(rows), bool)
        success[np.cumsum(lengths) - 1] = [episode.success for episode in episodes]
        actor_ids, numbers = zip(*map(key_of, episodes), strict=True)
        about = {
            "layout": data.layout.to_json(),
            "reward_rule": data.rule,
            "actor_id": list(actor_ids),
            "outcome": [episode.outcome.value for episode in episodes],
        }
        datasets = {name: getattr(rows, column) for name, column in _COLUMNS.items()}
        datasets |= {f"infos/{name}": getattr(rows, name) for name in _INFOS}
        datasets |= {f"metadata/{name}": np.array(texts, np.bytes_) for name, texts in about.items()}
        datasets |= {"metadata/episode": np.array(numbers), "episode_lengths": lengths, "success": success}
        with atomic_replacement(path) as temporary, h5py.File(temporary, "w") as file:
            for name, values in track(list(datasets.items()), f"writing {path}"):
                file.create_dataset(name, data=values, compression="gzip" if values.ndim else None)

    def cannot_hold(self, data: DataSet) -> list[str]:
        lost = super().cannot_hold(data)
        if count := unmarked_ends(data):
            lost.append(f"that {count} episodes end neither terminated nor truncated: they come back as truncated")
        return lost


def _named(parts: dict[int, Episode]) -> dict[str, Episode]:
    return {f"episode_{number}": episode for number, episode in parts.items()}


def _read_extras(
    file: h5py.File, length: int, count: int, source: str
) -> tuple[Layout, RewardRule, dict[str, np.ndarray], dict[str, list]]:
    """The layout, the rewards' rule, the columns under infos/, and the values for each episode under metadata/."""
    columns = {name: hdf5.array(file, f"infos/{name}", (length,), kind, source) for name, kind in _INFOS.items()}
    about = {name: _texts(file, f"metadata/{name}", count, source) for name in ("actor_id", "outcome")}
    about["episode"] = hdf5.array(file, "metadata/episode", (count,), np.int64, source).tolist()
    (layout,) = _texts(file, "metadata/layout", None, source)
    rule = UNSAID
    if "metadata/reward_rule" in file:
        rule = named_rule(*_texts(file, "metadata/reward_rule", None, source), source)
    return Layout.from_json(layout, source), rule, columns, about


def _texts(file: h5py.File, name: str, count: int | None, source: str) -> list[str]:
    dataset = file.get(name)
    shape = () if count is None else (count,)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "S" or dataset.shape != shape:
        raise AwacError(f"{source}: {name} is not what this package writes there; export the file again")
    return [entry.decode() for entry in np.ravel(dataset[...])]


def _restored(
    parts: dict[int, Episode], ends: np.ndarray, columns: dict[str, np.ndarray], about: dict[str, list], source: str
) -> dict[int, Episode]:
    """The episodes with everything that `write` put beside them."""
    stops = np.flatnonzero(ends) + 1
    restored = {}
    for number, episode in parts.items():
        rows, stop = episode.transitions, int(stops[number])
        rows = replace(
            rows,
            actor_id=np.full(len(rows), about["actor_id"][number]),
            episode=np.full(len(rows), about["episode"][number]),
            **{name: values[stop - len(rows) : stop] for name, values in columns.items()},
        )
        restored[number] = Episode(rows, named_outcome(about["outcome"][number], source))
    return restored
