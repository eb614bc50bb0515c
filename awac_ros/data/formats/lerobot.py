"""LeRobot's data sets, version 3.0: folders of parquet tables and JSON, as huggingface.co/docs/lerobot describes them.

    meta/info.json  meta/stats.json  meta/tasks.parquet  meta/episodes/chunk-000/file-000.parquet
    data/chunk-000/file-000.parquet
      observation.state  action  timestamp  frame_index  episode_index  index  task_index
      next.reward  next.done  next.success
      next.truncated  next.observation.state  intervened  policy_version  step_time      features of our own

`timestamp` is nominal, as LeRobot wants it: frame_index / fps; the real times are in step_time. The layout and the
rewards' rule are in meta/awac_ros.json, outcome, actor_id and episode are columns of meta/episodes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from awac_ros.data.atomic import atomic_folder
from awac_ros.data.data_set import DataSet, Track, untracked
from awac_ros.data.episode import Episode
from awac_ros.data.formats.format import (
    Format,
    ReadOptions,
    make_episode,
    named_outcome,
    needing,
    paced,
    refuse_existing,
)
from awac_ros.data.hdf5 import content_id
from awac_ros.data.json_file import read_json, write_json
from awac_ros.data.labels import UNSAID, named_rule
from awac_ros.data.layout import Layout
from awac_ros.data.recording import Recording
from awac_ros.data.transitions import COLUMN_TYPES
from awac_ros.errors import AwacError

if TYPE_CHECKING:
    import pyarrow as pa

_INFO, _OWN = "meta/info.json", "meta/awac_ros.json"


class LeRobot(Format):
    """Ours come back as they were; of others, images and videos are left out."""

    name = "lerobot"
    is_folder = True

    def recognises(self, path: Path) -> bool:
        return (path / _INFO).is_file()

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        self.refuse_mask(path, options)
        with needing("pyarrow"):
            from awac_ros.data.formats import lerobot_tables as tables

        about = read_json(path / _INFO)
        version = about.get("codebase_version") if isinstance(about, dict) else None
        if version != "v3.0":
            raise AwacError(f"{path}: it is of version {version}; convert it to v3.0 with LeRobot's own converter")
        frames = tables.read_tables(sorted((path / "data").glob("*/*.parquet")), str(path))
        frames = frames.take(np.argsort(tables.values(frames, "index", np.int64, str(path)), kind="stable"))
        if frames.num_rows == 0:
            raise AwacError(f"{path}: it holds no step; choose another data set")
        if (path / _OWN).is_file():
            self.refuse_success_reward(path, options)
            return _read_own(path, frames, options, track)
        return _read_others(path, about, frames, options)

    def write(self, path: Path, data: DataSet, track: Track = untracked) -> None:
        with needing("pyarrow"):
            from awac_ros.data.formats import lerobot_tables as tables

        refuse_existing(path)
        episodes = list(data.episodes.values())
        fps = max(1, round(1.0 / data.layout.control_period))
        columns = tables.frames(episodes, fps)
        with atomic_folder(path) as folder:
            tables.write_frames(folder / "data/chunk-000/file-000.parquet", columns)
            rows = tables.episode_rows(episodes, columns, data.layout.task, track)
            tables.write_episodes(folder / "meta/episodes/chunk-000/file-000.parquet", rows)
            tables.write_task(folder / "meta/tasks.parquet", data.layout.task)
            write_json(folder / "meta/stats.json", tables.statistics(columns))
            write_json(folder / _INFO, tables.info(data.layout, columns, len(episodes), fps))
            write_json(folder / _OWN, {"layout": data.layout.to_json(), "reward_rule": data.rule})


def _read_own(path: Path, frames: pa.Table, options: ReadOptions, track: Track) -> DataSet:
    with needing("pyarrow"):
        from awac_ros.data.formats import lerobot_tables as tables

    source = str(path)
    about = read_json(path / _OWN)
    about = about if isinstance(about, dict) else {}
    layout = options.fit(Layout.from_json(str(about.get("layout")), str(path / _OWN)), source)
    rule = named_rule(about.get("reward_rule", UNSAID), str(path / _OWN))
    widths = {"observation": layout.observation_size, "action": layout.action_size}
    widths["next_observation"] = layout.observation_size
    columns = {
        column: tables.values(frames, name, COLUMN_TYPES[column], source, width=widths.get(column, 1))
        for name, column in tables.COLUMNS.items()
    }
    columns = {name: each.reshape(len(each), -1) if name in widths else each for name, each in columns.items()}
    index = tables.values(frames, "episode_index", np.int64, source)
    listed = tables.read_episodes(sorted((path / "meta/episodes").glob("*/*.parquet")), source)
    episodes: dict[str, Episode] = {}
    broken: dict[str, str] = {}
    for place, number in enumerate(track(listed["episode_index"], f"reading {path}")):
        name = f"episode_{number}"
        rows = index == number
        try:
            episodes[name] = make_episode(
                f"{source}: {name}",
                named_outcome(listed["outcome"][place], f"{source}: {name}"),
                actor_id=listed["actor_id"][place],
                episode=listed["episode"][place],
                **{column: each[rows] for column, each in columns.items()},
            )
        except AwacError as error:
            broken[name] = str(error)
    return DataSet(source, layout, episodes, broken, rule=rule)


def _read_others(path: Path, about: dict[str, Any], frames: pa.Table, options: ReadOptions) -> DataSet:
    """A step that is done counts as terminated if it is a success too, else as a cut."""
    with needing("pyarrow"):
        from awac_ros.data.formats import lerobot_tables as tables

    source = str(path)
    remarks = []
    observation = tables.values(frames, "observation.state", np.float32, source, width=None)
    action = tables.values(frames, "action", np.float32, source, width=None)
    index = tables.values(frames, "episode_index", np.int64, source)
    ends = np.append(np.diff(index) != 0, True)
    success = tables.values(frames, "next.success", bool, source) if "next.success" in frames.column_names else None
    done = tables.values(frames, "next.done", bool, source) if "next.done" in frames.column_names else ends
    if success is None:
        remarks.append(f"{path} does not say which episodes were a success")
    if options.success_reward:
        if success is None:
            raise AwacError(f"{path} has no next.success to make rewards of; read it without --success-reward")
        reward = np.where(success, 0.0, -1.0)
    elif "next.reward" in frames.column_names:
        reward = tables.values(frames, "next.reward", np.float32, source)
    else:
        reward = np.zeros(len(index))
        remarks.append(f"{path} holds no rewards: they are 0 until awac data relabel gives the task's own")
    recording = Recording(
        observation=observation,
        action=action,
        reward=reward,
        terminated=done & ends & (success if success is not None else False),
        truncated=ends,
        ends=ends,
        success=success,
    )
    if options.clip_actions and (cut := recording.cut_actions()):
        remarks.append(f"{path}: {cut}")
    actor_id = content_id(*sorted((path / "data").glob("*/*.parquet")))
    found = recording.episodes(source, actor_id, clip_actions=options.clip_actions)
    if lost := len(index) - sum(map(len, found.values())):
        remarks.append(f"{path}: the next observation of {lost} steps is not known, so they are left out")
    if images := [name for name, each in about.get("features", {}).items() if each.get("dtype") in ("video", "image")]:
        remarks.append(f"{path} also holds {', '.join(images)}, which are left out")
    period = 1.0 / about["fps"] if isinstance(about.get("fps"), int | float) and about["fps"] > 0 else 1.0
    layout = options.guess(path.name, {"observation": observation.shape[1]}, action.shape[1], source, period)
    episodes = paced({f"episode_{number}": each for number, each in found.items()}, layout.control_period)
    return DataSet(source, layout, episodes, remarks=tuple(remarks), rule=options.rule)
