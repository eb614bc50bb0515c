"""Flat HDF5 files in D4RL's layout, as they are published for its benchmarks and recorded by many others.

    observations (N, O)  actions (N, A)  rewards (N,)  terminals (N,)  timeouts (N,)
    next_observations (N, O)    optional
    episode_lengths (E,)        optional: where episodes end, if not at every flag
    final_observations (E, O)   optional: the true observation after each episode's last step
    success (N,)                optional

`terminals` are terminations, `timeouts` are cuts.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from awac_ros.data import hdf5
from awac_ros.data.recording import Recording
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError


def read(
    path: Path, *, actor_id: str | None = None, clip_actions: bool = False, success_reward: bool = False
) -> Transitions:
    """All transitions of a file whose next observation is known; `Recording.transitions` says which those are.

    Args:
        actor_id: by default made of the file's content, so that reading it again gives the same keys.
        clip_actions: cut actions to [-1, 1], where by default one outside is an error.
        success_reward: rewards are 0 where the file says success and -1 elsewhere, whatever was recorded.

    AwacError if the file is missing, damaged or of another layout, or if a value in it does not fit.
    """
    with hdf5.opened(path) as file:
        recording = read_recording(file, success_reward, str(path))
    rows = recording.transitions(str(path), actor_id or hdf5.content_id(path), clip_actions=clip_actions)
    if len(rows) == 0:
        raise AwacError(f"{path}: no step in it has a known next observation; record episodes of two steps or more")
    return rows


def read_recording(file: h5py.File, success_reward: bool, source: str) -> Recording:
    """The file as it stands; AwacError, naming `source`, if it is of another layout."""
    observation = hdf5.array(file, "observations", (None, None), np.float32, source)
    length, size = observation.shape
    if length == 0:
        raise AwacError(f"{source}: it holds no step; choose another file")
    terminated, truncated = (hdf5.array(file, name, (length,), bool, source) for name in ("terminals", "timeouts"))
    ends = _ends(file, terminated | truncated, source)
    optional = {
        "next_observation": ("next_observations", length),
        "final_observation": ("final_observations", int(ends.sum())),
    }
    return Recording(
        observation=observation,
        action=hdf5.array(file, "actions", (length, None), np.float32, source),
        reward=hdf5.reward(file, length, success_reward, source),
        terminated=terminated,
        truncated=truncated,
        ends=ends,
        success=hdf5.array(file, "success", (length,), bool, source) if "success" in file else None,
        **{
            column: hdf5.array(file, name, (rows, size), np.float32, source)
            for column, (name, rows) in optional.items()
            if name in file
        },
    )


def _ends(file: h5py.File, flagged: np.ndarray, source: str) -> np.ndarray:
    """(N,) bool: the last step of every episode."""
    ends = flagged.copy()
    ends[-1] = True
    if "episode_lengths" not in file:
        return ends
    lengths = hdf5.array(file, "episode_lengths", (None,), np.int64, source)
    if lengths.sum() != len(ends) or lengths.min() < 1 or lengths.max() > len(ends):
        raise AwacError(
            f"{source}: episode_lengths don't add up to its {len(ends)} steps; correct them, or leave them out"
        )
    ends = np.zeros(len(ends), bool)
    ends[np.cumsum(lengths) - 1] = True
    if (flagged & ~ends).any():
        row = np.argmax(flagged & ~ends)
        raise AwacError(
            f"{source}: row {row} is marked as the end of an episode, but episode_lengths let it go on; correct them, "
            "or leave them out"
        )
    return ends
