"""Demonstrations in HDF5, in robomimic's layout.

    /data                attrs: total, env_args (JSON), layout (JSON), layout_hash, reward_rule
                         taken_back (JSON), optional
    /data/demo_<number>  attrs: num_samples, outcome, actor_id, episode
      actions (N, A)  rewards (N,)  dones (N,)  timeouts (N,)  intervened (N,)  policy_version (N,)  step_time (N,)
      obs/<field> (N, size)  next_obs/<field> (N, size)
    /mask/<name>         names of demos, e.g. train and valid; optional

`dones` are terminations only; cuts by the horizon or the operator are `timeouts`. `labels.RewardRule` says what the
rewards are; in a file without a rule they are the task's.

A file is never changed in place: every change is made to a copy, which takes its place when it is complete and on the
disk. HDF5 has no journal, so a process killed inside a flush can leave a file that nothing opens; this way every
demonstration that was written stays readable, and copying costs less than the pause between two episodes.

The format of HDF5 1.10 checks its own structure, and each dataset carries a checksum: damage is an error, not data.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from awac_ros.data import hdf5
from awac_ros.data.atomic import atomic_replacement
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.labels import UNSAID, RewardRule, check_same_rule, named_rule
from awac_ros.data.layout import Layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError

_ROBOMIMIC_GYM = 2
_PREFIX = "demo_"
_TAKEN_BACK = "taken_back"
_RULE = "reward_rule"
_HDF5_FORMAT = "v110"
_SCALARS = {
    "rewards": ("reward", np.float32),
    "dones": ("terminated", np.uint8),
    "timeouts": ("truncated", np.uint8),
    "intervened": ("intervened", np.uint8),
    "policy_version": ("policy_version", np.int64),
    "step_time": ("step_time", np.float64),
}
"""The datasets with one value a step: their column of Transitions and their type in the file."""
_VECTORS = {"obs": "observation", "next_obs": "next_observation"}
"""The groups with one dataset for each field of the observation, and their column of Transitions."""


class DemoWriter:
    """Adds episodes to a file of demonstrations, one at a time, each on the disk when `append` returns."""

    def __init__(self, path: Path, layout: Layout, rule: RewardRule = UNSAID) -> None:
        """Make the file at `path`, or go on with the one that is there.

        AwacError, and nothing changed, if that one is of another task or reward rule, or can't be read.
        """
        self._path = Path(path)
        self._layout = layout
        if self._path.exists():
            layout.check_same(read_layout(self._path), str(self._path))
            check_same_rule(rule, read_rule(self._path), str(self._path))
        else:
            write(self._path, layout, [], rule=rule)

    def append(self, episode: Episode) -> int:
        """Add the episode; returns the number n of its group demo_n."""
        episode.transitions.check(self._layout, f"episode for {self._path}")
        with self._changed() as data:
            number = max(_numbers(data), default=-1) + 1
            _add(data, self._layout, number, episode)
        return number

    def replace(self, number: int, episode: Episode) -> None:
        """Put the episode in the place of demo_<number>."""
        episode.transitions.check(self._layout, f"episode for {self._path}")
        with self._changed() as data:
            _remove(data, number)
            _add(data, self._layout, number, episode)

    def remove(self, number: int) -> None:
        """Take demo_<number> out of the file, which remembers its key."""
        with self._changed() as data:
            taken_back = [*_taken_back(data), _key(data, number)]
            _remove(data, number)
            hdf5.set_text(data, _TAKEN_BACK, json.dumps(taken_back))

    @contextmanager
    def _changed(self) -> Iterator[h5py.Group]:
        """The group /data of a copy that takes the file's place."""
        with atomic_replacement(self._path) as temporary:
            shutil.copyfile(self._path, temporary)
            with h5py.File(temporary, "r+", libver=_HDF5_FORMAT) as file:
                yield file["data"]


def write(
    path: Path,
    layout: Layout,
    episodes: Iterable[Episode],
    masks: Mapping[str, Sequence[int]] | None = None,
    rule: RewardRule = UNSAID,
) -> None:
    """Make these episodes the whole content of the file at `path`; `masks` name some of them by their place."""
    with atomic_replacement(Path(path)) as temporary, h5py.File(temporary, "w", libver=_HDF5_FORMAT) as file:
        data = file.create_group("data")
        data.attrs["total"] = 0
        data.attrs["env_args"] = json.dumps({"env_name": layout.task, "type": _ROBOMIMIC_GYM, "env_kwargs": {}})
        hdf5.set_text(data, "layout", layout.to_json())
        hdf5.set_text(data, "layout_hash", layout.hash)
        hdf5.set_text(data, _RULE, rule)
        for number, episode in enumerate(episodes):
            episode.transitions.check(layout, f"{_PREFIX}{number} for {path}")
            _add(data, layout, number, episode)
        for name, numbers in (masks or {}).items():
            file[f"mask/{name}"] = np.array([f"{_PREFIX}{number}" for number in numbers], np.bytes_)


def read(path: Path, layout: Layout | None = None) -> list[Episode]:
    """The episodes of a file in the order of their numbers, checked against its layout.

    AwacError if the file is missing, damaged or without an episode, if anything in it does not fit, or if it is not
    of `layout`.
    """
    with _opened(Path(path)) as data:
        found = _layout(data, path)
        if layout is not None:
            layout.check_same(found, str(path))
        numbers = _numbers(data)
        if not numbers:
            raise AwacError(f"{path}: no demonstration was recorded into it yet; record some first")
        return [_episode(data[f"{_PREFIX}{number}"], found, f"{path}: {_PREFIX}{number}") for number in numbers]


def scan(path: Path) -> tuple[Layout, dict[str, Episode], dict[str, str]]:
    """The layout, the episodes that can be read, and why the others can't; both by the names of their groups.

    AwacError if the file is missing, damaged or of another kind as a whole.
    """
    whole: dict[str, Episode] = {}
    broken: dict[str, str] = {}
    with _opened(Path(path)) as data:
        layout = _layout(data, path)
        for name in (f"{_PREFIX}{number}" for number in _numbers(data)):
            try:
                with hdf5.clear_errors(f"{path}: {name}"):
                    whole[name] = _episode(data[name], layout, f"{path}: {name}")
            except AwacError as error:
                broken[name] = str(error)
    return layout, whole, broken


def read_layout(path: Path) -> Layout:
    """The layout of the task that a file of demonstrations was recorded for; errors as for `read`."""
    with _opened(Path(path)) as data:
        return _layout(data, path)


def read_rule(path: Path) -> RewardRule:
    """The rule of a file's rewards; errors as for `read`."""
    with _opened(Path(path)) as data:
        return named_rule(hdf5.text(data, _RULE, f"{path}: data"), str(path)) if _RULE in data.attrs else UNSAID


def count(path: Path) -> int:
    """How many episodes a file of demonstrations holds; errors as for `read`."""
    with _opened(Path(path)) as data:
        return len(_numbers(data))


def keys(path: Path) -> set[tuple[str, int]]:
    """(actor_id, episode) of every demonstration in the file or taken back from it; errors as for `read`."""
    with _opened(Path(path)) as data:
        return {*(_key(data, number) for number in _numbers(data)), *_taken_back(data)}


def _key(data: h5py.Group, number: int) -> tuple[str, int]:
    demo, source = _demo(data, number), f"{data.file.filename}: {_PREFIX}{number}"
    return hdf5.text(demo, "actor_id", source), int(hdf5.attribute(demo, "episode", source))


def _taken_back(data: h5py.Group) -> list[tuple[str, int]]:
    if _TAKEN_BACK not in data.attrs:
        return []
    found = json.loads(hdf5.text(data, _TAKEN_BACK, f"{data.file.filename}: data"))
    return [(str(actor_id), int(episode)) for actor_id, episode in found]


def _demo(data: h5py.Group, number: int) -> h5py.Group:
    name = f"{_PREFIX}{number}"
    if name not in data:
        raise AwacError(f"{data.file.filename}: there is no {name} in it")
    return data[name]


def _add(data: h5py.Group, layout: Layout, number: int, episode: Episode) -> None:
    rows = episode.transitions
    demo = data.create_group(f"{_PREFIX}{number}")
    demo.attrs["num_samples"] = len(rows)
    hdf5.set_text(demo, "outcome", episode.outcome.value)
    hdf5.set_text(demo, "actor_id", rows.actor_id[0])
    demo.attrs["episode"] = rows.episode[0]
    hdf5.set_dataset(demo, "actions", rows.action)
    for name, (column, kind) in _SCALARS.items():
        hdf5.set_dataset(demo, name, getattr(rows, column).astype(kind))
    for name, column in _VECTORS.items():
        group = demo.create_group(name)
        for field in layout.observation:
            hdf5.set_dataset(group, field.name, getattr(rows, column)[:, layout.slice(field.name)])
    data.attrs["total"] += len(rows)


def _remove(data: h5py.Group, number: int) -> None:
    data.attrs["total"] -= _demo(data, number).attrs["num_samples"]
    del data[f"{_PREFIX}{number}"]


def _episode(demo: h5py.Group, layout: Layout, source: str) -> Episode:
    length = int(hdf5.attribute(demo, "num_samples", source))
    columns: dict[str, np.ndarray] = {"action": _dataset(demo, "actions", (length, layout.action_size), source)}
    for name, (column, _) in _SCALARS.items():
        columns[column] = _dataset(demo, name, (length,), source)
    for name, column in _VECTORS.items():
        fields = [_dataset(demo, f"{name}/{f.name}", (length, f.size), source) for f in layout.observation]
        columns[column] = np.concatenate(fields, axis=1)
    columns["actor_id"] = np.full(length, hdf5.text(demo, "actor_id", source))
    columns["episode"] = np.full(length, int(hdf5.attribute(demo, "episode", source)))
    columns["step"] = np.arange(length)
    outcome = hdf5.text(demo, "outcome", source)
    if outcome not in {known.value for known in Outcome}:
        raise AwacError(
            f"{source}: its outcome is {outcome!r}; it must be one of {', '.join(o.value for o in Outcome)}"
        )
    transitions = Transitions(**columns)
    transitions.check(layout, source)
    try:
        return Episode(transitions, Outcome(outcome))
    except AwacError as error:
        raise AwacError(f"{source}: {error}") from error


def _layout(data: h5py.Group, path: Path) -> Layout:
    layout = Layout.from_json(hdf5.text(data, "layout", f"{path}: data"), f"{path}: data")
    if hdf5.text(data, "layout_hash", f"{path}: data") != layout.hash:
        raise AwacError(f"{path}: its layout was changed after recording; restore a copy or record again")
    return layout


def _numbers(data: h5py.Group) -> list[int]:
    """The numbers of the demos, in order."""
    for name in data:
        if not (name.startswith(_PREFIX) and name[len(_PREFIX) :].isdecimal()):
            raise AwacError(f"{data.file.filename}: data/{name} is no demo_<number>; remove it from the file")
    return sorted(int(name[len(_PREFIX) :]) for name in data)


def _dataset(demo: h5py.Group, name: str, shape: tuple[int, ...], source: str) -> np.ndarray:
    dataset = demo.get(name)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "biuf":
        raise AwacError(f"{source} has no dataset {name} of numbers; leave this demo out or record it again")
    if dataset.shape[:1] != shape[:1]:
        raise AwacError(
            f"{source}: num_samples is {shape[0]}, but {name} has shape {dataset.shape}; leave this demo out"
        )
    if dataset.shape != shape:
        raise AwacError(
            f"{source}: {name} has shape {dataset.shape}, but its layout needs {shape}; leave this demo out"
        )
    return hdf5.content(dataset, source)


@contextmanager
def _opened(path: Path) -> Iterator[h5py.Group]:
    """The group /data of the file, for reading."""
    with hdf5.opened(path) as file:
        if not isinstance(file.get("data"), h5py.Group):
            raise AwacError(f"{path}: it has no group /data, so it holds no demonstrations; choose another file")
        yield file["data"]
