import h5py
import numpy as np
import pytest

from awac_ros.data import Transitions, demos
from awac_ros.data.prior import read_prior
from awac_ros.errors import AwacError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "prior.hdf5"


@pytest.fixture
def episodes(make_episode):
    return [make_episode(number, steps=4) for number in range(3)]


def write_d4rl(path, rows):
    with h5py.File(path, "w") as file:
        file["observations"] = rows.observation
        file["next_observations"] = rows.next_observation
        file["actions"] = rows.action
        file["rewards"] = rows.reward
        file["terminals"] = rows.terminated
        file["timeouts"] = rows.truncated
        file["success"] = rows.terminated


def test_our_own_demos_come_back_bit_for_bit(path, layout, episodes, assert_same):
    demos.write(path, layout, episodes)
    expected = Transitions.concatenate(episode.transitions for episode in episodes)
    assert_same(read_prior(path, layout), expected)


def test_files_of_others_hold_the_same_steps(path, layout, episodes):
    expected = Transitions.concatenate(episode.transitions for episode in episodes)
    columns = ("observation", "action", "reward", "next_observation", "terminated", "truncated", "episode", "step")
    demos.write(path, layout, episodes)
    with h5py.File(path, "r+") as file:
        del file["data"].attrs["layout"]
    as_robomimic = read_prior(path, layout, keys=["hand_xy", "height"])
    write_d4rl(path, expected)
    as_d4rl = read_prior(path, layout)
    for column in columns:
        np.testing.assert_array_equal(getattr(as_robomimic, column), getattr(expected, column))
        np.testing.assert_array_equal(getattr(as_d4rl, column), getattr(expected, column))


def test_success_rewards_and_cut_actions_are_passed_on(path, layout, episodes):
    rows = episodes[0].transitions
    write_d4rl(path, rows)
    with h5py.File(path, "r+") as file:
        file["actions"][1, 0] = -1.5
    with pytest.raises(AwacError, match="clip_actions"):
        read_prior(path, layout)
    read = read_prior(path, layout, clip_actions=True, success_reward=True)
    assert read.action[1, 0] == -1.0
    assert read.reward.tolist() == [-1, -1, -1, 0]


def test_a_file_of_another_task_is_refused_by_name(path, layout, other_layout, episodes):
    demos.write(path, layout, episodes)
    with pytest.raises(AwacError, match=r"prior\.hdf5 holds data of task sliding"):
        read_prior(path, other_layout)
    with h5py.File(path, "r+") as file:
        del file["data"].attrs["layout"]
    with pytest.raises(
        AwacError, match=r"prior\.hdf5: observation has shape \(12, 3\), but task lifting needs \(N, 1\)"
    ):
        read_prior(path, other_layout)
    write_d4rl(path, episodes[0].transitions)
    with pytest.raises(
        AwacError, match=r"prior\.hdf5: observation has shape \(4, 3\), but task lifting needs \(N, 1\)"
    ):
        read_prior(path, other_layout)


def test_what_a_kind_of_file_does_not_have_is_refused(path, layout, episodes):
    demos.write(path, layout, episodes)
    with pytest.raises(AwacError, match=r"prior\.hdf5: keys and mask choose from a file of robomimic's"):
        read_prior(path, layout, keys=["height"])
    with pytest.raises(AwacError, match=r"prior\.hdf5: our own demos hold the rewards of their task"):
        read_prior(path, layout, success_reward=True)
    write_d4rl(path, episodes[0].transitions)
    with pytest.raises(AwacError, match=r"prior\.hdf5: keys and mask choose from a file of robomimic's"):
        read_prior(path, layout, mask="train")


def test_a_file_of_no_known_kind_is_refused(path, layout):
    with pytest.raises(AwacError, match=r"prior\.hdf5: there is no such file"):
        read_prior(path, layout)
    path.write_bytes(b"PK")
    with pytest.raises(AwacError, match=r"prior\.hdf5 is truncated, damaged or no HDF5 file"):
        read_prior(path, layout)
    with h5py.File(path, "w") as file:
        file["states"] = np.zeros((3, 2))
    with pytest.raises(AwacError, match=r"prior\.hdf5: it has neither a group data, .* nor a dataset observations"):
        read_prior(path, layout)
