"""Minari's data sets: a folder with data/main_data.hdf5 and data/metadata.json, opened by minari.load_dataset.

    /episode_<number>   attrs: id, total_steps, and our own outcome, actor_id, episode
      observations (T+1, O)  actions (T, A)  rewards (T,)  terminations (T,)  truncations (T,)
      infos/intervened  infos/policy_version  infos/step_time  infos/success    (T+1,): that of step t at t + 1

The layout stands in metadata.json under "layout", the rewards' rule under "reward_rule".
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from awac_ros.data import hdf5
from awac_ros.data.atomic import atomic_folder
from awac_ros.data.data_set import DataSet, Track, key_of, untracked
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.formats.format import Format, ReadOptions, named_outcome, paced, refuse_existing
from awac_ros.data.json_file import read_json, write_json
from awac_ros.data.labels import UNSAID, named_rule
from awac_ros.data.layout import Layout
from awac_ros.data.recording import Recording
from awac_ros.errors import AwacError

_VERSION = "0.5.4"
_MAIN, _METADATA = "data/main_data.hdf5", "data/metadata.json"
_INFOS = {"intervened": np.bool_, "policy_version": np.int64, "step_time": np.float64}


class Minari(Format):
    """Ours come back as they were; others' get the outcome of the last infos/success, if they have that."""

    name = "minari"
    is_folder = True

    def recognises(self, path: Path) -> bool:
        return (path / _MAIN).is_file() and (path / _METADATA).is_file()

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        self.refuse_mask(path, options)
        about = read_json(path / _METADATA)
        ours = isinstance(about, dict) and "layout" in about
        if ours:
            self.refuse_success_reward(path, options)
        episodes: dict[str, Episode] = {}
        broken: dict[str, str] = {}
        sizes: dict[str, int] = {}
        remarks: dict[str, None] = {}
        actor_id = hdf5.content_id(path / _MAIN)
        with hdf5.opened(path / _MAIN) as file:
            for number in track(sorted(int(name.removeprefix("episode_")) for name in file), f"reading {path}"):
                name = f"episode_{number}"
                source = f"{path}: {name}"
                try:
                    with hdf5.clear_errors(source):
                        recording, sizes = _recording(file[name], sizes, options.success_reward, source)
                        found = recording.episodes(
                            source, actor_id, clip_actions=options.clip_actions, first_episode=number
                        )
                        if 0 not in found:
                            raise AwacError(f"{source} holds no step")
                        episodes[name] = _restored(file[name], found[0], source) if ours else found[0]
                except AwacError as error:
                    broken[name] = str(error)
                    continue
                if options.clip_actions and (cut := recording.cut_actions()):
                    remarks[f"{source}: {cut}"] = None
                if recording.success is None and not ours:
                    remarks[f"{path} does not say which episodes were a success"] = None
        if not episodes:
            raise AwacError(next(iter(broken.values()), f"{path}: there is no episode in it; choose another data set"))
        if ours:
            layout = options.fit(Layout.from_json(str(about["layout"]), str(path / _METADATA)), str(path))
            rule = named_rule(about.get("reward_rule", UNSAID), str(path / _METADATA))
        else:
            rule = options.rule
            action_size = next(iter(episodes.values())).transitions.action.shape[1]
            layout = options.guess(path.name, sizes, action_size, str(path))
            episodes = paced(episodes, layout.control_period)
        return DataSet(str(path), layout, episodes, broken, remarks=tuple(remarks), rule=rule)

    def write(self, path: Path, data: DataSet, track: Track = untracked) -> None:
        refuse_existing(path)
        with atomic_folder(path) as folder:
            (folder / "data").mkdir(parents=True)
            with h5py.File(folder / _MAIN, "w") as file:
                for number, episode in enumerate(track(list(data.episodes.values()), f"writing {path}")):
                    _add(file.create_group(f"episode_{number}"), number, episode)
            size = round((folder / _MAIN).stat().st_size / 1e6, 1)
            write_json(folder / _METADATA, _metadata(path, data) | {"dataset_size": size})

    def cannot_hold(self, data: DataSet) -> list[str]:
        lost = super().cannot_hold(data)
        chains = (each.transitions for each in data.episodes.values())
        if count := sum(int((t.next_observation[:-1] != t.observation[1:]).any(axis=1).sum()) for t in chains):
            lost.append(f"{count} next observations that are not the observation that follows: that one comes back")
        return lost


def _metadata(path: Path, data: DataSet) -> dict[str, Any]:
    layout = data.layout
    bound = [np.inf] * layout.observation_size
    return {
        "total_episodes": len(data.episodes),
        "total_steps": len(data),
        "data_format": "hdf5",
        "observation_space": _box([-value for value in bound], bound),
        "action_space": _box([-1.0] * layout.action_size, [1.0] * layout.action_size),
        "dataset_id": path.name if re.fullmatch(r"[-\w]+-v\d+", path.name) else f"{layout.task}-v0",
        "minari_version": _VERSION,
        "description": f"Task {layout.task}, written by awac_ros.",
        "layout": layout.to_json(),
        "reward_rule": data.rule,
    }


def _box(low: list[float], high: list[float]) -> str:
    return json.dumps({"type": "Box", "dtype": "float32", "shape": [len(low)], "low": low, "high": high})


def _add(group: h5py.Group, number: int, episode: Episode) -> None:
    rows = episode.transitions
    actor_id, episode_number = key_of(episode)
    group.attrs["id"] = number
    group.attrs["total_steps"] = len(rows)
    group.attrs["episode"] = episode_number
    hdf5.set_text(group, "outcome", episode.outcome.value)
    hdf5.set_text(group, "actor_id", actor_id)
    hdf5.set_dataset(group, "observations", np.concatenate((rows.observation, rows.next_observation[-1:])))
    columns = {"actions": "action", "rewards": "reward", "terminations": "terminated", "truncations": "truncated"}
    for name, column in columns.items():
        hdf5.set_dataset(group, name, getattr(rows, column))
    infos = group.create_group("infos")
    for name, first in (("intervened", False), ("policy_version", -1), ("step_time", rows.step_time[0])):
        hdf5.set_dataset(infos, name, np.append(np.array(first, _INFOS[name]), getattr(rows, name)))
    if episode.outcome in (Outcome.SUCCESS, Outcome.FAILURE):
        hdf5.set_dataset(infos, "success", np.append(np.zeros(len(rows), bool), episode.success))


def _recording(
    group: h5py.Group, sizes: dict[str, int], success_reward: bool, source: str
) -> tuple[Recording, dict[str, int]]:
    """An episode as it stands, and the sizes of its observation's fields: `sizes`, where those are known."""
    action = hdf5.array(group, "actions", (None, None), np.float32, source)
    count = len(action)
    observation, found = _observations(group, count, source)
    if sizes and found != sizes:
        raise AwacError(f"{source}: its observations are not those of the episodes before; leave it out")
    terminated, truncated = (
        hdf5.array(group, name, (count,), bool, source) for name in ("terminations", "truncations")
    )
    ends = np.zeros(count, bool)
    ends[-1:] = True
    if (terminated | truncated)[:-1].any():
        raise AwacError(f"{source}: a step before the last is marked as the end; leave it out")
    success = None
    if "infos" in group and "success" in group["infos"]:
        success = hdf5.array(group["infos"], "success", (count + 1,), bool, source)[1:]
    if success_reward and success is None:
        raise AwacError(f"{source} has no infos/success to make rewards of; read it without --success-reward")
    return Recording(
        observation=observation[:-1],
        action=action,
        reward=np.where(success, 0.0, -1.0)
        if success_reward
        else hdf5.array(group, "rewards", (count,), np.float32, source),
        terminated=terminated,
        truncated=truncated,
        ends=ends,
        next_observation=observation[1:],
        success=success,
    ), found


def _observations(group: h5py.Group, count: int, source: str) -> tuple[np.ndarray, dict[str, int]]:
    """(count + 1, observation_size) and the size of each field; a dictionary's come in the order of names."""
    if isinstance(group.get("observations"), h5py.Group):
        parts = group["observations"]
        arrays = {name: hdf5.array(parts, name, (count + 1, None), np.float32, source) for name in sorted(parts)}
        return np.concatenate(list(arrays.values()), axis=1), {name: each.shape[1] for name, each in arrays.items()}
    values = hdf5.array(group, "observations", (count + 1, None), np.float32, source)
    return values, {"observation": values.shape[1]}


def _restored(group: h5py.Group, episode: Episode, source: str) -> Episode:
    """The episode with everything that `write` put beside it."""
    count = len(episode)
    columns = {name: hdf5.array(group["infos"], name, (count + 1,), kind, source)[1:] for name, kind in _INFOS.items()}
    terminated = hdf5.array(group, "terminations", (count,), bool, source)
    truncated = hdf5.array(group, "truncations", (count,), bool, source)
    rows = replace(
        episode.transitions,
        terminated=terminated,
        truncated=truncated,
        actor_id=np.full(count, hdf5.text(group, "actor_id", source)),
        episode=np.full(count, int(hdf5.attribute(group, "episode", source))),
        **columns,
    )
    return Episode(rows, named_outcome(hdf5.text(group, "outcome", source), source))
