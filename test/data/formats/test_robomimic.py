import dataclasses

import h5py
import numpy as np
import pytest

from awac_ros.data import Outcome, formats
from awac_ros.errors import AwacError


def write(path, demos, env_name="Lift", **datasets):
    """Demos of these lengths as robomimic writes them: dones at the end, no timeouts, an environment's name."""
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = f'{{"env_name": "{env_name}", "type": 1, "env_kwargs": {{}}}}'
        for number, length in enumerate(demos):
            group = data.create_group(f"demo_{number}")
            steps = np.arange(length + 1, dtype=np.float32)
            group["obs/eef_pos"] = np.stack((steps, steps + number, steps * 0), axis=1)[:-1]
            group["next_obs/eef_pos"] = np.stack((steps, steps + number, steps * 0), axis=1)[1:]
            group["obs/gripper"], group["next_obs/gripper"] = steps[:-1, None], steps[1:, None]
            group["actions"] = np.full((length, 4), 0.5)
            group["rewards"] = (steps[1:] == length).astype(float)
            group["dones"] = (steps[1:] == length).astype(int)
            for name, values in datasets.items():
                group[name] = values[:length]
    return path


def test_robomimics_own_data_set_reads_what_we_write(tmp_path, data):
    dataset = pytest.importorskip("robomimic.utils.dataset", reason="robomimic is not installed")
    data = dataclasses.replace(data, masks={"train": ("e0", "e3"), "valid": ("e1", "e2")})
    formats.writable_format("robomimic").write(tmp_path / "new.hdf5", data)
    for mask, names in data.masks.items():
        sequences = dataset.SequenceDataset(
            hdf5_path=str(tmp_path / "new.hdf5"),
            obs_keys=("hand_xy", "height"),
            dataset_keys=("actions", "rewards", "dones"),
            load_next_obs=True,
            filter_by_attribute=mask,
            hdf5_cache_mode=None,
        )
        rows = [data.episodes[name].transitions for name in names]
        assert len(sequences) == sum(map(len, rows))
        for row, item in zip(
            (each[step : step + 1] for each in rows for step in range(len(each))),
            (sequences[place] for place in range(len(sequences))),
            strict=True,
        ):
            np.testing.assert_array_equal(item["actions"], row.action)
            np.testing.assert_array_equal(item["rewards"], row.reward)
            np.testing.assert_array_equal(item["dones"], row.terminated)
            np.testing.assert_array_equal(item["obs"]["hand_xy"], row.observation[:, :2])
            np.testing.assert_array_equal(item["next_obs"]["height"], row.next_observation[:, 2:])


def test_a_file_of_others_brings_its_task_and_its_fields(tmp_path):
    found = formats.read(write(tmp_path / "lift.hdf5", [3, 5]))
    assert found.layout.task == "Lift"
    assert {field.name: field.size for field in found.layout.observation} == {"eef_pos": 3, "gripper": 1}
    assert list(found.episodes) == ["demo_0", "demo_1"] and len(found) == 8
    rows = found.episodes["demo_1"].transitions
    np.testing.assert_array_equal(rows.observation[2], [2, 3, 0, 2])
    assert rows.terminated.tolist() == [False] * 4 + [True]
    assert {episode.outcome for episode in found.episodes.values()} == {Outcome.UNKNOWN}
    assert found.remarks == (f"{tmp_path}/lift.hdf5 does not say which episodes were a success",)


def test_recorded_success_is_the_outcome(tmp_path):
    path = write(tmp_path / "lift.hdf5", [3, 5], success=[0, 0, 1, 1, 0])
    assert [each.outcome for each in formats.read(path).episodes.values()] == [Outcome.SUCCESS, Outcome.FAILURE]
    rewards = formats.read(path, formats.ReadOptions(success_reward=True)).episodes["demo_1"].transitions.reward
    assert rewards.tolist() == [-1, -1, 0, 0, -1]


def test_a_demo_that_can_not_be_used_is_named_and_the_others_are_read(tmp_path):
    path = write(tmp_path / "lift.hdf5", [3, 5, 4])
    with h5py.File(path, "r+") as file:
        file["data/demo_1/actions"][2] = 7.0
    found = formats.read(path)
    assert list(found.episodes) == ["demo_0", "demo_2"]
    assert f"{path}: demo_1: action at row 2 lies outside [-1, 1]" in found.broken["demo_1"]
    cut = formats.read(path, formats.ReadOptions(clip_actions=True))
    assert cut.episodes["demo_1"].transitions.action.max() == 1.0
    assert f"{path}: demo_1: 20% of its actions lie outside [-1, 1], up to 7, and are cut" in cut.remarks


def test_data_that_do_not_fit_the_wanted_task_are_refused(tmp_path, layout):
    with pytest.raises(AwacError, match="have 4 and 4 entries, but task sliding needs 3 and 2"):
        formats.read(write(tmp_path / "lift.hdf5", [3]), formats.ReadOptions(layout=layout))
