"""HDF5 files in robomimic's layout, written by others; `demos.py` reads our own, which say more.

    /data/demo_<number>
      actions (N, A)  rewards (N,)  dones (N,)  timeouts (N,), optional  success (N,), optional
      obs/<key> (N, size)  next_obs/<key> (N, size), optional
    /mask/<name>    names of demos, e.g. train and valid

`dones` are taken as terminations, which is what robomimic trains on, and `timeouts` as cuts. Where a demo goes on after
one of them, what follows counts as another episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from awac_ros.data import hdf5
from awac_ros.data.recording import Recording
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError

_PREFIX = "demo_"


def read(
    path: Path,
    *,
    keys: Sequence[str] | None = None,
    mask: str | None = None,
    actor_id: str | None = None,
    clip_actions: bool = False,
    success_reward: bool = False,
) -> Transitions:
    """The transitions of a file's demos, by their number; `Recording.transitions` says which steps have one.

    Args:
        keys: what the observation is made of, in this order; by default all of obs in sorted order.
        mask: read only the demos that mask/<name> lists.

    The other arguments and the errors are those of `d4rl.read`.
    """
    parts: list[Transitions] = []
    episodes = 0
    with hdf5.opened(path) as file:
        actor_id = actor_id or hdf5.content_id(path)
        for demo in demo_groups(file, mask, str(path)):
            source = f"{path}: {demo.name}"
            keys = keys or observation_keys(demo, source)
            recording = read_recording(demo, keys, success_reward, source)
            parts.append(recording.transitions(source, actor_id, clip_actions=clip_actions, first_episode=episodes))
            episodes += int(recording.ends.sum())
    sizes = {part.observation.shape[1:] + part.action.shape[1:] for part in parts}
    if len(sizes) > 1:
        raise AwacError(f"{path}: its demos differ in the sizes of observation and action; split the file by them")
    rows = Transitions.concatenate(parts)
    if len(rows) == 0:
        raise AwacError(f"{path}: no step in it has a known next observation; record demos of two steps or more")
    return rows


def demo_groups(file: h5py.File, mask: str | None, source: str) -> list[h5py.Group]:
    """The chosen demos in the order of their numbers; at least one."""
    data = _group(file, "data", source)
    names = _masked(file, mask, source) if mask else list(data)
    for name in names:
        if not (name.startswith(_PREFIX) and name[len(_PREFIX) :].isdecimal()):
            raise AwacError(f"{source}: {name} is no demo_<number>; rename or remove it")
    if not names:
        raise AwacError(f"{source}: there is no demo to read in it; choose another file or mask")
    return [_group(data, name, source) for name in sorted(set(names), key=lambda name: int(name[len(_PREFIX) :]))]


def _masked(file: h5py.File, mask: str, source: str) -> list[str]:
    dataset = file.get(f"mask/{mask}")
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "S":
        known = ", ".join(file.get("mask", ())) or "none"
        raise AwacError(f"{source} has no mask {mask} of names of fixed length; its masks: {known}")
    return [name.decode() for name in np.ravel(dataset[...])]


def observation_keys(demo: h5py.Group, source: str) -> list[str]:
    """All of obs in sorted order; AwacError, naming `source`, if there is nothing in it."""
    keys = sorted(_group(demo, "obs", source))
    if not keys:
        raise AwacError(f"{source}: its group obs is empty; choose another file")
    return keys


def read_recording(demo: h5py.Group, keys: Sequence[str], success_reward: bool, source: str) -> Recording:
    """A demo as it stands; AwacError, naming `source`, if it is of another layout."""
    action = hdf5.array(demo, "actions", (None, None), np.float32, source)
    length = len(action)
    if length == 0:
        raise AwacError(f"{source} holds no step; leave it out")
    terminated = hdf5.array(demo, "dones", (length,), bool, source)
    truncated = np.zeros(length, bool)
    if "timeouts" in demo:
        truncated = hdf5.array(demo, "timeouts", (length,), bool, source)
    ends = terminated | truncated
    ends[-1] = True
    observation, next_observation = _observation(demo, "obs", keys, length, source), None
    if "next_obs" in demo:
        next_observation = _observation(demo, "next_obs", keys, length, source)
        if next_observation.shape != observation.shape:
            raise AwacError(f"{source}: obs and next_obs differ in size; remove next_obs, or correct it")
    return Recording(
        observation=observation,
        action=action,
        reward=hdf5.reward(demo, length, success_reward, source),
        terminated=terminated,
        truncated=truncated,
        ends=ends,
        next_observation=next_observation,
        success=hdf5.array(demo, "success", (length,), bool, source) if "success" in demo else None,
    )


def _observation(demo: h5py.Group, name: str, keys: Sequence[str], length: int, source: str) -> np.ndarray:
    """(length, observation_size) float32."""
    group = _group(demo, name, source)
    for key in keys:
        if key not in group:
            raise AwacError(f"{source} has no {name}/{key}; choose keys among {', '.join(group)}")
        if isinstance(group[key], h5py.Dataset) and group[key].ndim != 2:
            raise AwacError(
                f"{source}: {name}/{key} has shape {group[key].shape}, which is no vector a step; name the keys to "
                "read, without images"
            )
    return np.concatenate([hdf5.array(group, key, (length, None), np.float32, source) for key in keys], axis=1)


def _group(parent: h5py.Group, name: str, source: str) -> h5py.Group:
    if not isinstance(parent.get(name), h5py.Group):
        raise AwacError(f"{source} has no group {name}; robomimic's layout needs one")
    return parent[name]
