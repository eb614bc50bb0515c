import h5py
import numpy as np
import pytest

from awac_ros.data import Outcome, d4rl, formats
from awac_ros.errors import AwacError


def write(path, lengths, **more):
    ends = np.zeros(sum(lengths), bool)
    ends[np.cumsum(lengths) - 1] = True
    with h5py.File(path, "w") as file:
        file["observations"] = np.arange(2.0 * len(ends)).reshape(-1, 2)
        file["actions"] = np.zeros((len(ends), 1))
        file["rewards"] = np.arange(len(ends))
        file["terminals"] = np.zeros(len(ends), bool)
        file["timeouts"] = ends
        for name, values in more.items():
            file[name] = values
    return path


def test_a_file_of_others_is_named_after_itself_or_as_asked(tmp_path):
    path = write(tmp_path / "walker.h5", [3, 4])
    found = formats.read(path)
    assert found.layout.task == "walker" and list(found.episodes) == ["episode_0", "episode_1"]
    assert [len(episode) for episode in found.episodes.values()] == [2, 3]
    assert found.remarks == (
        f"{path}: the next observation of 2 steps is not known, so they are left out",
        f"{path} does not say which episodes were a success",
    )
    assert formats.read(path, formats.ReadOptions(task="Walker2d-v5")).layout.task == "Walker2d-v5"


def test_success_at_the_last_step_is_the_outcome(tmp_path):
    path = write(tmp_path / "pen.h5", [3, 2], success=[0, 1, 1, 1, 0])
    assert [each.outcome for each in formats.read(path).episodes.values()] == [Outcome.SUCCESS, Outcome.FAILURE]


def test_what_we_write_is_what_readers_of_d4rl_expect(tmp_path, data):
    formats.writable_format("d4rl").write(tmp_path / "new.h5", data)
    with h5py.File(tmp_path / "new.h5") as file:
        assert {"observations", "actions", "rewards", "terminals", "timeouts"} <= set(file)
        assert file["observations"].shape == (len(data), 3) and file["rewards"].shape == (len(data),)
        assert file["episode_lengths"][...].tolist() == [len(episode) for episode in data.episodes.values()]
    rows = d4rl.read(tmp_path / "new.h5")
    expected = np.concatenate([episode.transitions.next_observation for episode in data.episodes.values()])
    np.testing.assert_array_equal(rows.next_observation, expected)


def test_damage_to_what_we_add_is_named(tmp_path, data):
    path = tmp_path / "new.h5"
    formats.writable_format("d4rl").write(path, data)
    with h5py.File(path, "r+") as file:
        file["metadata/outcome"][1] = b"maybe"
    with pytest.raises(AwacError, match=r"new\.h5: its outcome is 'maybe'"):
        formats.read(path)
    with h5py.File(path, "r+") as file:
        del file["metadata/outcome"]
    with pytest.raises(AwacError, match=r"new\.h5: metadata/outcome is not what this package writes"):
        formats.read(path)
