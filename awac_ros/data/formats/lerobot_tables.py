"""The tables, features and statistics of LeRobot's data sets, version 3.0."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from awac_ros.data.data_set import Track, key_of
from awac_ros.data.episode import Episode
from awac_ros.data.formats.format import one_line
from awac_ros.data.layout import Field, Layout
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError

QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}

COLUMNS = {
    "observation.state": "observation",
    "action": "action",
    "next.reward": "reward",
    "next.done": "terminated",
    "next.truncated": "truncated",
    "next.observation.state": "next_observation",
    "intervened": "intervened",
    "policy_version": "policy_version",
    "step_time": "step_time",
}
"""Features that hold a column of Transitions as it is."""


def frames(episodes: Sequence[Episode], fps: int) -> dict[str, np.ndarray]:
    """Every feature of every step, (N,) or (N, size)."""
    rows = Transitions.concatenate(episode.transitions for episode in episodes)
    lengths = [len(episode) for episode in episodes]
    last = np.zeros(len(rows), bool)
    last[np.cumsum(lengths) - 1] = [episode.success for episode in episodes]
    return {
        **{name: _narrow(getattr(rows, column)) for name, column in COLUMNS.items()},
        "next.success": last,
        "timestamp": (rows.step / fps).astype(np.float32),
        "frame_index": rows.step,
        "episode_index": np.repeat(np.arange(len(episodes)), lengths),
        "index": np.arange(len(rows)),
        "task_index": np.zeros(len(rows), np.int64),
    }


def info(layout: Layout, columns: Mapping[str, np.ndarray], episodes: int, fps: int) -> dict[str, Any]:
    """The content of meta/info.json."""
    names = {
        "observation.state": _entries(layout.observation),
        "next.observation.state": _entries(layout.observation),
        "action": _entries(layout.action),
    }
    features = {
        name: {
            "dtype": values.dtype.name,
            "shape": [values.shape[1] if values.ndim == 2 else 1],
            "names": names.get(name),
        }
        for name, values in columns.items()
    }
    return {
        "codebase_version": "v3.0",
        "robot_type": "sawyer",
        "total_episodes": episodes,
        "total_frames": len(columns["index"]),
        "total_tasks": 1,
        "chunks_size": 1000,
        "data_files_size_in_mb": 100,
        "video_files_size_in_mb": 200,
        "fps": fps,
        "splits": {"train": f"0:{episodes}"},
        "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "video_path": None,
        "features": features,
    }


def statistics(columns: Mapping[str, np.ndarray]) -> dict[str, dict[str, list]]:
    """min, max, mean, std, count and quantiles of every feature, a list each."""
    found = {}
    for name, values in columns.items():
        values = values.reshape(len(values), -1).astype(np.float64)
        found[name] = {
            "min": values.min(axis=0).tolist(),
            "max": values.max(axis=0).tolist(),
            "mean": values.mean(axis=0).tolist(),
            "std": values.std(axis=0).tolist(),
            "count": [len(values)],
            **{key: np.quantile(values, q, axis=0).tolist() for key, q in QUANTILES.items()},
        }
    return found


def episode_rows(
    episodes: Sequence[Episode], columns: Mapping[str, np.ndarray], task: str, track: Track
) -> dict[str, list]:
    """The columns of meta/episodes, with our own outcome, actor_id and episode beside them."""
    stops = np.cumsum([len(episode) for episode in episodes]).tolist()
    keys = [key_of(episode) for episode in episodes]
    zeros = [0] * len(episodes)
    rows: dict[str, list] = {
        "episode_index": list(range(len(episodes))),
        "tasks": [[task]] * len(episodes),
        "length": [len(episode) for episode in episodes],
        "data/chunk_index": zeros,
        "data/file_index": zeros,
        "dataset_from_index": [0, *stops[:-1]],
        "dataset_to_index": stops,
        "meta/episodes/chunk_index": zeros,
        "meta/episodes/file_index": zeros,
        "outcome": [episode.outcome.value for episode in episodes],
        "actor_id": [actor_id for actor_id, _ in keys],
        "episode": [number for _, number in keys],
    }
    spans = list(zip(rows["dataset_from_index"], stops, strict=True))
    for start, stop in track(spans, "statistics of the episodes"):
        for feature, values in statistics({name: each[start:stop] for name, each in columns.items()}).items():
            for key, value in values.items():
                rows.setdefault(f"stats/{feature}/{key}", []).append(value)
    return rows


def write_frames(path: Path, columns: Mapping[str, np.ndarray]) -> None:
    """One row group an episode, as LeRobot writes them."""
    table = pa.table({name: _arrow(values) for name, values in columns.items()})
    starts = np.flatnonzero(np.diff(columns["episode_index"], prepend=-1)).tolist()
    path.parent.mkdir(parents=True)
    with pq.ParquetWriter(path, table.schema) as writer:
        for start, stop in zip(starts, [*starts[1:], table.num_rows], strict=True):
            writer.write_table(table.slice(start, stop - start))


def write_episodes(path: Path, rows: Mapping[str, list]) -> None:
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table(dict(rows)), path)


def write_task(path: Path, task: str) -> None:
    """One task, as a data frame of pandas whose index is the task's words."""
    about = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [
            {"name": name, "field_name": name, "pandas_type": kind, "numpy_type": numpy, "metadata": None}
            for name, kind, numpy in (("task_index", "int64", "int64"), ("task", "unicode", "object"))
        ],
        "pandas_version": "2.2.0",
    }
    table = pa.table({"task_index": pa.array([0], pa.int64()), "task": [task]})
    pq.write_table(table.replace_schema_metadata({"pandas": json.dumps(about)}), path)


def read_tables(paths: Sequence[Path], source: str) -> pa.Table:
    """One table of files of equal columns; AwacError, naming `source`, where one can't be read."""
    try:
        table = pa.concat_tables([pq.read_table(path) for path in paths])
        table.validate(full=True)
        return table.select(table.column_names)  # a damaged name is found when it is decoded
    except (OSError, ValueError, pa.ArrowException) as error:
        raise AwacError(f"{source} is damaged or not LeRobot's ({one_line(error)}); restore a copy") from error


def read_episodes(paths: Sequence[Path], source: str) -> dict[str, list]:
    """The columns of meta/episodes that `episode_rows` made of outcomes and keys; errors as for `read_tables`."""
    names = ("episode_index", "outcome", "actor_id", "episode")
    table = read_tables(paths, source)
    if missing := set(names) - set(table.column_names):
        raise AwacError(f"{source}: its meta/episodes has no {', '.join(sorted(missing))}; export the data set again")
    return table.select(names).to_pydict()


def values(table: pa.Table, name: str, kind: type, source: str, *, width: int | None = 1) -> np.ndarray:
    """A column as `kind`: (N,) with width 1, (N, width) with another, any with None; AwacError if it differs."""
    if name not in table.column_names:
        raise AwacError(f"{source} has no feature {name}; it needs one to be read")
    column = table[name].combine_chunks()
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type) or pa.types.is_fixed_size_list(column.type):
        flat, count = column.flatten(), len(column)
        size = len(flat) // count if count else 0
        lengths = column.value_lengths() if not pa.types.is_fixed_size_list(column.type) else pa.array([size] * count)
        even = len(flat) == size * count and set(lengths.to_pylist()) <= {size}
    else:
        flat, size, even = column, 1, True
    number = pa.types.is_integer(flat.type) or pa.types.is_floating(flat.type) or pa.types.is_boolean(flat.type)
    if not even or not number or flat.null_count or width not in (None, size):
        needed = "numbers, equally many in each frame" if width is None else f"{width} numbers in each frame"
        raise AwacError(f"{source}: feature {name} is not {needed}; correct the file")
    array = flat.to_numpy(zero_copy_only=False).astype(kind)
    return array if width == 1 else array.reshape(-1, size)


def _arrow(column: np.ndarray) -> pa.Array:
    if column.ndim == 1:
        return pa.array(column)
    return pa.FixedSizeListArray.from_arrays(pa.array(column.ravel()), column.shape[1])


def _narrow(column: np.ndarray) -> np.ndarray:
    """LeRobot's features of shape (1,) are plain columns."""
    return column[:, 0] if column.ndim == 2 and column.shape[1] == 1 else column


def _entries(fields: Sequence[Field]) -> list[str]:
    return [
        f"{field.name}_{entry}" if field.size > 1 else field.name for field in fields for entry in range(field.size)
    ]
