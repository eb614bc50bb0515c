import json

import h5py
import numpy as np
import pytest

from awac_ros.data import Outcome, formats
from awac_ros.errors import AwacError

minari = pytest.importorskip("minari", reason="minari is not installed")


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Where minari looks for its data sets."""
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    return tmp_path


def test_minaris_own_loader_opens_what_we_write(root, data):
    formats.writable_format("minari").write(root / "sliding" / "human-v3", data)
    loaded = minari.load_dataset("sliding/human-v3")
    assert loaded.total_episodes == 4 and loaded.total_steps == len(data)
    assert loaded.observation_space.shape == (3,)
    assert loaded.action_space == minari.load_dataset("sliding/human-v3").action_space
    for found, episode in zip(loaded.iterate_episodes(), data.episodes.values(), strict=True):
        rows = episode.transitions
        np.testing.assert_array_equal(found.observations[:-1], rows.observation)
        np.testing.assert_array_equal(found.observations[-1], rows.next_observation[-1])
        np.testing.assert_array_equal(found.actions, rows.action)
        np.testing.assert_array_equal(found.rewards, rows.reward)
        np.testing.assert_array_equal(found.terminations, rows.terminated)
        np.testing.assert_array_equal(found.truncations, rows.truncated)
        np.testing.assert_array_equal(found.infos["step_time"][1:], rows.step_time)
    assert [each.id for each in loaded.filter_episodes(lambda episode: episode.terminations[-1])] == [0]


def record(dataset_id, space, observe):
    """A data set written by minari itself: two episodes of three steps, the first one a success."""
    from gymnasium import spaces
    from minari.data_collector import EpisodeBuffer

    buffers = [
        EpisodeBuffer(
            id=number,
            observations=observe(number),
            actions=np.full((3, 1), 0.5, np.float32),
            rewards=[0.0, 0.0, 1.0],
            terminations=[False, False, number == 0],
            truncations=[False, False, number == 1],
            infos={"success": [False, False, False, number == 0]},
        )
        for number in range(2)
    ]
    return minari.create_dataset_from_buffers(
        dataset_id,
        buffers,
        observation_space=space,
        action_space=spaces.Box(-1, 1, (1,), np.float32),
        algorithm_name="none",
        author="nobody",
        author_email="nobody@example.org",
        code_permalink="none",
        description="a test",
    )


@pytest.mark.filterwarnings("ignore")
def test_what_minari_writes_is_read(root):
    from gymnasium import spaces

    values = np.arange(8, dtype=np.float32).reshape(4, 2)
    record("old/box-v0", spaces.Box(-9, 9, (2,), np.float32), lambda number: values + number)
    found = formats.read(root / "old" / "box-v0")
    assert [each.outcome for each in found.episodes.values()] == [Outcome.SUCCESS, Outcome.FAILURE]
    rows = found.episodes["episode_1"].transitions
    np.testing.assert_array_equal(rows.observation, values[:-1] + 1)
    np.testing.assert_array_equal(rows.next_observation, values[1:] + 1)
    assert rows.truncated.tolist() == [False, False, True] and not rows.terminated.any()
    rewards = formats.read(root / "old" / "box-v0", formats.ReadOptions(success_reward=True)).episodes["episode_0"]
    assert rewards.transitions.reward.tolist() == [-1, -1, 0]


@pytest.mark.filterwarnings("ignore")
def test_a_dictionary_of_vectors_becomes_fields(root):
    from gymnasium import spaces

    part = spaces.Box(-9, 9, (2,), np.float32)
    values = np.arange(8, dtype=np.float32).reshape(4, 2)
    record(
        "old/dict-v0",
        spaces.Dict({"puck": part, "hand": part}),
        lambda number: {"puck": values, "hand": values + 10},
    )
    found = formats.read(root / "old" / "dict-v0")
    assert [field.name for field in found.layout.observation] == ["hand", "puck"]
    np.testing.assert_array_equal(found.episodes["episode_0"].transitions.observation[0], [10, 11, 0, 1])


def test_a_damaged_episode_is_named_and_the_others_are_read(tmp_path, data):
    formats.writable_format("minari").write(tmp_path / "new", data)
    with h5py.File(tmp_path / "new/data/main_data.hdf5", "r+") as file:
        file["episode_1/rewards"][2] = np.nan
        del file["episode_2/infos/step_time"]
    found = formats.read(tmp_path / "new")
    assert list(found.episodes) == ["episode_0", "episode_3"]
    assert f"{tmp_path}/new: episode_1: reward is not finite at row 2" in found.broken["episode_1"]
    assert f"{tmp_path}/new: episode_2 has no dataset step_time" in found.broken["episode_2"]


def test_damaged_metadata_are_named(tmp_path, data):
    formats.writable_format("minari").write(tmp_path / "new", data)
    (tmp_path / "new/data/metadata.json").write_text(json.dumps({"layout": "{}"}))
    with pytest.raises(AwacError, match=r"metadata\.json: not a layout"):
        formats.read(tmp_path / "new")
    (tmp_path / "new/data/metadata.json").write_text("{")
    with pytest.raises(AwacError, match=r"metadata\.json: can't be read as JSON"):
        formats.read(tmp_path / "new")
