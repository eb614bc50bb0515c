"""HDF5 in robomimic's layout: our own demonstrations, which say more, and the files of others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from awac_ros.data import demos, hdf5, robomimic
from awac_ros.data.data_set import DataSet, Track, untracked, write_demos
from awac_ros.data.episode import Episode
from awac_ros.data.formats.format import Format, ReadOptions, paced, refuse_existing
from awac_ros.errors import AwacError

_OWN = {"actions", "rewards", "dones", "timeouts", "intervened", "policy_version", "step_time", "obs", "next_obs"}


class Demos(Format):
    """Holds everything that a data set holds."""

    name = "demos"
    has_masks = True

    def recognises(self, path: Path) -> bool:
        return _data_says_layout(path) is True

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        self.refuse_success_reward(path, options)
        layout, whole, broken = demos.scan(path)
        data = DataSet(
            str(path),
            options.fit(layout, str(path)),
            whole,
            broken,
            _masks(path, {*whole, *broken}),
            _remarks(path),
            demos.read_rule(path),
        )
        if options.mask is None:
            return data
        if options.mask not in data.masks:
            raise AwacError(f"{path} has no mask {options.mask}; its masks: {', '.join(data.masks) or 'none'}")
        chosen = data.masks[options.mask]
        return replace(
            data,
            episodes={name: whole[name] for name in whole if name in chosen},
            broken={name: sentence for name, sentence in broken.items() if name in chosen},
            masks={},
            remarks=(),
        )

    def write(self, path: Path, data: DataSet, track: Track = untracked) -> None:
        refuse_existing(path)
        write_demos(path, data, track)


class Robomimic(Demos):
    """Written as `Demos` are: robomimic reads those."""

    name = "robomimic"

    def recognises(self, path: Path) -> bool:
        return _data_says_layout(path) is False

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        episodes: dict[str, Episode] = {}
        broken: dict[str, str] = {}
        sizes: dict[str, int] = {}
        remarks: list[str] = []
        judged = True
        actor_id = hdf5.content_id(path)
        with hdf5.opened(path) as file:
            for demo in track(robomimic.demo_groups(file, options.mask, str(path)), f"reading {path}"):
                name, source = Path(demo.name).name, f"{path}: {Path(demo.name).name}"
                try:
                    keys = list(sizes) or robomimic.observation_keys(demo, source)
                    recording = robomimic.read_recording(demo, keys, options.success_reward, source)
                    sizes = sizes or {key: demo["obs"][key].shape[1] for key in keys}
                    parts = recording.episodes(
                        source, actor_id, clip_actions=options.clip_actions, first_episode=len(episodes)
                    )
                except AwacError as error:
                    broken[name] = str(error)
                    continue
                judged &= recording.success is not None
                if options.clip_actions and (cut := recording.cut_actions()):
                    remarks.append(f"{source}: {cut}")
                several = int(recording.ends.sum()) > 1
                episodes |= {f"{name}_{part}" if several else name: episode for part, episode in parts.items()}
            task = _env_name(file) or path.stem
        if not episodes:
            raise AwacError(next(iter(broken.values()), f"{path}: no step in it has a known next observation"))
        action_size = next(iter(episodes.values())).transitions.action.shape[1]
        masks = {} if options.mask else _masks(path, set(episodes))
        if not judged:
            remarks.append(f"{path} does not say which episodes were a success")
        layout = options.guess(task, sizes, action_size, str(path))
        episodes = paced(episodes, layout.control_period)
        return DataSet(str(path), layout, episodes, broken, masks, tuple(remarks), options.rule)


def _env_name(file: h5py.File) -> str | None:
    """The name of the environment that robomimic's own files carry."""
    text = file["data"].attrs.get("env_args")
    try:
        return json.loads(text)["env_name"] if isinstance(text, str) else None
    except (ValueError, KeyError, TypeError):
        return None


def _data_says_layout(path: Path) -> bool | None:
    """Whether /data names our layout; None without such a group."""
    if not h5py.is_hdf5(path):
        return None
    with hdf5.opened(path) as file:
        data = file.get("data")
        return "layout" in data.attrs if isinstance(data, h5py.Group) else None


def _masks(path: Path, names: set[str]) -> dict[str, tuple[str, ...]]:
    """The masks of a file, without names that no demo has."""
    with hdf5.opened(path) as file:
        group = file.get("mask", {})
        listed = {mask: np.ravel(item[...]).tolist() for mask, item in group.items() if item.dtype.kind == "S"}
    decoded = {mask: [entry.decode() for entry in entries] for mask, entries in listed.items()}
    return {mask: tuple(name for name in entries if name in names) for mask, entries in decoded.items()}


def _remarks(path: Path) -> tuple[str, ...]:
    """What other tools have added to our demos."""
    with hdf5.opened(path) as file:
        added = {name for demo in file["data"].values() for name in demo if name not in _OWN}
        added |= {name for name in file if name not in ("data", "mask")}
    return (f"{path} also holds {', '.join(sorted(added))}, which is not taken over",) if added else ()
