"""Prior data from a file of any kind that is known: our own demos, robomimic's layout, D4RL's; or a list of sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py

from awac_ros.data import d4rl, demos, hdf5, mixture, robomimic
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError


def read_prior(
    path: Path,
    layout: Layout,
    *,
    keys: Sequence[str] | None = None,
    mask: str | None = None,
    clip_actions: bool = False,
    success_reward: bool = False,
) -> Transitions:
    """The transitions of a file, whichever kind it is, checked against `layout`.

    A .yaml file lists sources, each with settings of its own: see `mixture`.

    Args:
        keys, mask: see `robomimic.read`; an error for files of another kind.
        clip_actions, success_reward: see `d4rl.read`. Our own demos hold the task's own rewards, and those alone.

    AwacError, naming the file, if it is of none of these kinds or does not fit.
    """
    if path.suffix in mixture.SUFFIXES:
        if keys or mask or clip_actions or success_reward:
            raise AwacError(f"{path}: mask, clip_actions and success_reward stand with each source in that file")
        return mixture.read(path, layout)
    kind = _kind(path)
    if (keys or mask) and kind != "robomimic":
        raise AwacError(f"{path}: keys and mask choose from a file of robomimic's, which this is not; leave them away")
    if kind == "demos":
        if success_reward:
            raise AwacError(f"{path}: our own demos hold the rewards of their task; read it without success_reward")
        return Transitions.concatenate(episode.transitions for episode in demos.read(path, layout))
    if kind == "robomimic":
        rows = robomimic.read(path, keys=keys, mask=mask, clip_actions=clip_actions, success_reward=success_reward)
    else:
        rows = d4rl.read(path, clip_actions=clip_actions, success_reward=success_reward)
    rows.check(layout, str(path))
    return rows


def _kind(path: Path) -> str:
    with hdf5.opened(path) as file:
        if isinstance(file.get("data"), h5py.Group):
            return "demos" if "layout" in file["data"].attrs else "robomimic"
        if "observations" in file:
            return "d4rl"
        raise AwacError(
            f"{path}: it has neither a group data, as our demos and robomimic's files do, nor a dataset observations, "
            "as D4RL's do; choose another file"
        )
