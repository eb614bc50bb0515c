"""Checked against LeRobot's own data set, and against its description of version 3.0."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from awac_ros.data import Outcome, Transitions, formats
from awac_ros.data.formats.lerobot_tables import COLUMNS
from awac_ros.errors import AwacError

LEROBOT = formats.FORMATS["lerobot"]


@pytest.fixture
def folder(tmp_path, data):
    LEROBOT.write(tmp_path / "new", data)
    return tmp_path / "new"


@pytest.fixture(scope="module")
def lerobot(tmp_path_factory):
    """LeRobotDataset, which asks the network for nothing and keeps its cache out of the way."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        operators = torch.library.Library("torchvision", "FRAGMENT")
        if torch.version.cuda is None:  # torchvision's wheel of PyPI has its operators, of which none is used, for CUDA
            for name in ("nms", "qnms"):
                operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        found = pytest.importorskip("lerobot.datasets.lerobot_dataset", reason="lerobot is not installed")
        yield found.LeRobotDataset


def test_lerobots_own_data_set_opens_what_we_write(lerobot, folder, data):
    opened = lerobot("somebody/sliding", root=folder)
    assert (opened.num_episodes, opened.num_frames, opened.fps) == (4, len(data), 10)
    rows = Transitions.concatenate(episode.transitions for episode in data.episodes.values())
    frames = [opened[place] for place in range(len(opened))]
    for feature, column in COLUMNS.items():
        wanted = getattr(rows, column)
        if wanted.dtype == np.float64:  # LeRobot's tensors are float32; its table holds what was written
            wanted = wanted.astype(np.float32)
        np.testing.assert_array_equal([frame[feature].numpy() for frame in frames], wanted)
    assert {frame["task"] for frame in frames} == {"sliding"}
    ends = np.cumsum([len(episode) for episode in data.episodes.values()]) - 1
    assert [bool(frames[end]["next.success"]) for end in ends] == [each.success for each in data.episodes.values()]
    np.testing.assert_allclose(opened.meta.stats["action"]["mean"], rows.action.mean(axis=0), rtol=1e-5)


def test_lerobot_takes_windows_and_single_episodes_of_what_we_write(lerobot, folder, data):
    windows = lerobot("somebody/sliding", root=folder, delta_timestamps={"action": [0.0, 0.1, 0.2]})
    last, actions = len(data.episodes["e0"]) - 1, data.episodes["e0"].transitions.action
    np.testing.assert_array_equal(windows[0]["action"][:2], actions[:2])
    np.testing.assert_array_equal(windows[last]["action"], np.tile(actions[last], (3, 1)))
    assert windows[last]["action_is_pad"].tolist() == [False, True, True]
    one = lerobot("somebody/sliding", root=folder, episodes=[2])
    np.testing.assert_array_equal(
        [one[place]["observation.state"] for place in range(len(one))], data.episodes["e2"].transitions.observation
    )


def test_what_lerobot_itself_recorded_is_read(lerobot, tmp_path):
    sizes = {"observation.state": 3, "action": 2}
    features = {name: {"dtype": "float32", "shape": (size,), "names": None} for name, size in sizes.items()}
    recorded = lerobot.create("somebody/pick", fps=20, features=features, root=tmp_path / "pick", use_videos=False)
    for episode in range(2):
        for step in range(4):
            values = {name: np.full(size, 0.1 * step + episode / 2, np.float32) for name, size in sizes.items()}
            recorded.add_frame({**values, "task": "pick it up"})
        recorded.save_episode()
    recorded.finalize()
    found = formats.read(tmp_path / "pick")
    assert [len(each) for each in found.episodes.values()] == [3, 3]
    rows = found.episodes["episode_1"].transitions
    np.testing.assert_allclose(rows.observation[:, 2], [0.5, 0.6, 0.7], rtol=1e-6)
    np.testing.assert_allclose(rows.next_observation[:, 0], [0.6, 0.7, 0.8], rtol=1e-6)
    assert found.layout.control_period == pytest.approx(0.05)


def read_json(path):
    return json.loads(path.read_text())


def test_the_folder_has_the_files_of_version_3(folder):
    assert sorted(str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()) == [
        "data/chunk-000/file-000.parquet",
        "meta/awac_ros.json",
        "meta/episodes/chunk-000/file-000.parquet",
        "meta/info.json",
        "meta/stats.json",
        "meta/tasks.parquet",
    ]
    info = read_json(folder / "meta/info.json")
    assert info["codebase_version"] == "v3.0" and info["fps"] == 10
    assert (info["total_episodes"], info["total_frames"], info["total_tasks"]) == (4, 26, 1)
    assert info["splits"] == {"train": "0:4"} and info["chunks_size"] == 1000 and info["video_path"] is None
    assert info["data_path"].format(chunk_index=0, file_index=0) == "data/chunk-000/file-000.parquet"


def test_the_features_are_the_columns_with_their_types_and_shapes(folder):
    features = read_json(folder / "meta/info.json")["features"]
    table = pq.read_table(folder / "data/chunk-000/file-000.parquet")
    assert list(features) == table.column_names
    for name in ("timestamp", "frame_index", "episode_index", "index", "task_index"):
        assert features[name] == {
            "dtype": "float32" if name == "timestamp" else "int64",
            "shape": [1],
            "names": None,
        }
    assert features["observation.state"] == {
        "dtype": "float32",
        "shape": [3],
        "names": ["hand_xy_0", "hand_xy_1", "height"],
    }
    kinds = {"float32": pa.float32(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}
    for name, feature in features.items():
        (size,) = feature["shape"]
        kind = kinds[feature["dtype"]]
        assert table.schema.field(name).type == (kind if size == 1 else pa.list_(kind, size)), name


def test_the_frames_are_numbered_and_timed_as_lerobot_wants(folder, data):
    table = pq.read_table(folder / "data/chunk-000/file-000.parquet")
    columns = {name: table[name].to_numpy() for name in ("index", "episode_index", "frame_index", "timestamp")}
    lengths = [len(episode) for episode in data.episodes.values()]
    assert columns["index"].tolist() == list(range(26))
    assert columns["episode_index"].tolist() == np.repeat(range(4), lengths).tolist()
    assert columns["frame_index"].tolist() == [step for length in lengths for step in range(length)]
    np.testing.assert_array_equal(columns["timestamp"], (columns["frame_index"] / 10).astype(np.float32))
    assert pq.ParquetFile(folder / "data/chunk-000/file-000.parquet").num_row_groups == 4


def test_the_episodes_say_where_their_frames_lie(folder, data):
    rows = pq.read_table(folder / "meta/episodes/chunk-000/file-000.parquet").to_pydict()
    lengths = [len(episode) for episode in data.episodes.values()]
    assert rows["length"] == lengths and rows["tasks"] == [["sliding"]] * 4
    assert rows["dataset_to_index"] == np.cumsum(lengths).tolist()
    assert rows["dataset_from_index"] == [0, *np.cumsum(lengths)[:-1].tolist()]
    for name in ("data/chunk_index", "data/file_index", "meta/episodes/chunk_index", "meta/episodes/file_index"):
        assert rows[name] == [0] * 4
    actions = data.episodes["e2"].transitions.action
    np.testing.assert_allclose(rows["stats/action/mean"][2], actions.mean(axis=0), rtol=1e-6)
    assert rows["stats/action/count"][2] == [len(actions)]


def test_the_statistics_are_those_of_all_frames(folder, data):
    stats = read_json(folder / "meta/stats.json")
    actions = np.concatenate([episode.transitions.action for episode in data.episodes.values()])
    assert set(stats) == set(read_json(folder / "meta/info.json")["features"])
    assert set(stats["action"]) == {"min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99"}
    np.testing.assert_allclose(stats["action"]["std"], actions.std(axis=0), rtol=1e-5)
    np.testing.assert_allclose(stats["action"]["q50"], np.median(actions, axis=0), rtol=1e-5)
    assert stats["next.reward"]["count"] == [26]


def test_the_task_is_the_index_of_a_data_frame(folder):
    table = pq.read_table(folder / "meta/tasks.parquet")
    assert table.to_pydict() == {"task_index": [0], "task": ["sliding"]}
    assert json.loads(table.schema.metadata[b"pandas"])["index_columns"] == ["task"]


def of_others(folder, lengths, **columns):
    """A data set as LeRobot records teleoperation: two parquet files, no rewards, unless others are given."""
    count = sum(lengths)
    table = {
        "observation.state": [[float(row), 0.0] for row in range(count)],
        "action": [[0.5, -0.5, 0.0]] * count,
        "episode_index": np.repeat(range(len(lengths)), lengths),
        "index": np.arange(count),
        **columns,
    }
    whole = pa.table({name: values for name, values in table.items() if values is not None})
    half = whole.slice(0, 4), whole.slice(4)
    for number, part in enumerate(half):
        path = folder / f"data/chunk-000/file-{number:03d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(part, path)
    (folder / "meta").mkdir()
    features = {"observation.images.top": {"dtype": "video", "shape": [3, 96, 96]}, "action": {"dtype": "float32"}}
    (folder / "meta/info.json").write_text(json.dumps({"codebase_version": "v3.0", "fps": 30, "features": features}))
    return folder


def test_a_data_set_of_others_without_rewards_is_read_and_says_so(tmp_path):
    folder = of_others(tmp_path / "pick", [3, 5])
    found = formats.read(folder)
    assert found.layout.control_period == pytest.approx(1 / 30)
    np.testing.assert_allclose(found.episodes["episode_0"].transitions.step_time, [0, 1 / 30])
    assert found.layout.task == "pick" and [len(each) for each in found.episodes.values()] == [2, 4]
    assert found.episodes["episode_1"].transitions.next_observation[:, 0].tolist() == [4, 5, 6, 7]
    assert found.remarks == (
        f"{folder} does not say which episodes were a success",
        f"{folder} holds no rewards: they are 0 until awac data relabel gives the task's own",
        f"{folder}: the next observation of 2 steps is not known, so they are left out",
        f"{folder} also holds observation.images.top, which are left out",
    )


def test_what_is_done_in_success_is_terminated_and_keeps_its_last_step(tmp_path):
    done = np.isin(np.arange(8), [2, 7])
    folder = of_others(
        tmp_path / "pick",
        [3, 5],
        **{"next.reward": np.arange(8.0), "next.done": done, "next.success": done & [True, False] * 4},
    )
    found = formats.read(folder)
    first, second = found.episodes.values()
    assert (first.outcome, second.outcome) == (Outcome.SUCCESS, Outcome.FAILURE)
    assert first.transitions.terminated.tolist() == [False, False, True]
    assert second.transitions.truncated.tolist() == [False, False, False, True]
    rewards = formats.read(folder, formats.ReadOptions(success_reward=True)).episodes["episode_0"].transitions.reward
    assert rewards.tolist() == [-1, -1, 0]


def test_what_does_not_fit_is_refused_in_one_sentence(tmp_path, folder):
    with pytest.raises(AwacError, match="feature action is not numbers, equally many in each frame"):
        formats.read(of_others(tmp_path / "uneven", [8], action=[[0.1] * (1 + row % 2) for row in range(8)]))
    with pytest.raises(AwacError, match="uneven2 has no feature observation.state"):
        formats.read(of_others(tmp_path / "uneven2", [8], **{"observation.state": None}))
    info = read_json(folder / "meta/info.json")
    (folder / "meta/info.json").write_text(json.dumps(info | {"codebase_version": "v2.1"}))
    with pytest.raises(AwacError, match="it is of version v2.1; convert it to v3.0"):
        formats.read(folder)
    (folder / "meta/info.json").write_text(json.dumps(info))
    path = folder / "data/chunk-000/file-000.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(AwacError, match="new is damaged or not LeRobot's"):
        formats.read(folder)
