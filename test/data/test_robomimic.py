import uuid

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awac_ros.data import demos, robomimic
from awac_ros.errors import AwacError


def flags(count, *rows):
    values = np.zeros(count, np.int64)
    values[list(rows)] = 1
    return values


def observations(number, steps):
    """The observation of step n of demo m: eef_pos [m, n], object [10 m + n]."""
    step = np.arange(steps)
    eef = np.stack((np.full(steps, number), step), axis=1).astype(np.float64)
    return {"eef_pos": eef, "object": (10.0 * number + step)[:, None]}


def write(path, lengths, next_obs=True, numbers=None, **datasets):
    """Demos of these lengths, done at their last step; `datasets` go into each of them."""
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        for number, length in zip(numbers or range(len(lengths)), lengths, strict=True):
            demo = data.create_group(f"demo_{number}")
            demo.attrs["num_samples"] = length
            values = observations(number, length + 1)
            content = {
                "actions": np.random.default_rng(number).uniform(-1, 1, (length, 2)),
                "rewards": np.arange(length, dtype=np.float64),
                "dones": flags(length, length - 1),
                **{f"obs/{key}": value[:-1] for key, value in values.items()},
                **({f"next_obs/{key}": value[1:] for key, value in values.items()} if next_obs else {}),
                **datasets,
            }
            for name, value in content.items():
                demo[name] = value


@pytest.fixture
def path(tmp_path):
    return tmp_path / "others.hdf5"


def test_the_observation_is_all_keys_in_sorted_order(path):
    write(path, [2, 1])
    rows = robomimic.read(path)
    np.testing.assert_array_equal(rows.observation, [[0, 0, 0], [0, 1, 1], [1, 0, 10]])
    np.testing.assert_array_equal(rows.next_observation, [[0, 1, 1], [0, 2, 2], [1, 1, 11]])
    assert rows.reward.tolist() == [0, 1, 0]
    assert rows.terminated.tolist() == [False, True, True]
    assert not rows.truncated.any()
    assert rows.episode.tolist() == [0, 0, 1]
    assert rows.step.tolist() == [0, 1, 0]
    assert len(set(rows.actor_id.tolist())) == 1
    assert rows.observation.dtype == np.float32


def test_keys_are_taken_in_the_given_order(path):
    write(path, [2])
    np.testing.assert_array_equal(robomimic.read(path, keys=["object", "eef_pos"]).observation[1], [1, 0, 1])
    np.testing.assert_array_equal(robomimic.read(path, keys=["object"]).observation[1], [1])


def test_a_mask_chooses_demos_and_they_come_by_number(path):
    write(path, [1, 1, 1], numbers=[10, 9, 2])
    with h5py.File(path, "r+") as file:
        file["mask/train"] = np.array([b"demo_10", b"demo_2"])
    assert robomimic.read(path).observation[:, 0].tolist() == [2, 9, 10]
    assert robomimic.read(path, mask="train").observation[:, 0].tolist() == [2, 10]


def test_timeouts_are_cuts(path):
    write(path, [3], dones=flags(3), timeouts=flags(3, 2))
    rows = robomimic.read(path)
    assert rows.truncated.tolist() == [False, False, True]
    assert not rows.terminated.any()


def test_a_demo_that_stops_without_a_flag_is_cut_there(path):
    write(path, [3], dones=flags(3))
    assert robomimic.read(path).truncated.tolist() == [False, False, True]
    write(path, [3], next_obs=False, dones=flags(3))
    rows = robomimic.read(path)
    np.testing.assert_array_equal(rows.next_observation, [[0, 1, 1], [0, 2, 2]])
    assert rows.truncated.tolist() == [False, True]


def test_what_follows_a_done_within_a_demo_is_another_episode(path):
    write(path, [4], dones=flags(4, 1, 3))
    rows = robomimic.read(path)
    assert rows.episode.tolist() == [0, 0, 1, 1]
    assert rows.step.tolist() == [0, 1, 0, 1]
    assert rows.terminated.tolist() == [False, True, False, True]


def test_our_own_files_have_this_layout_too(path, layout, make_episode):
    episodes = [make_episode(number, steps=3 + number) for number in range(3)]
    demos.write(path, layout, episodes)
    rows = robomimic.read(path, keys=["hand_xy", "height"])
    for column in ("observation", "action", "reward", "next_observation", "terminated", "truncated", "step"):
        expected = np.concatenate([getattr(episode.transitions, column) for episode in episodes])
        np.testing.assert_array_equal(getattr(rows, column), expected)


def test_success_can_be_the_reward_and_actions_can_be_cut(path):
    write(path, [2], success=flags(2, 1), actions=np.full((2, 2), 1.2))
    with pytest.raises(AwacError, match=r"others\.hdf5: /data/demo_0: action at row 0 .* clip_actions"):
        robomimic.read(path)
    rows = robomimic.read(path, clip_actions=True, success_reward=True)
    assert rows.reward.tolist() == [-1, 0]
    assert (rows.action == 1.0).all()
    write(path, [2])
    with pytest.raises(AwacError, match="demo_0 has no dataset success"):
        robomimic.read(path, success_reward=True)


def replaced(name, values):
    def change(file):
        if name in file:
            del file[name]
        if values is not None:
            file[name] = values

    return change


@pytest.mark.parametrize(
    ("damage", "options", "sentence"),
    [
        (replaced("data", None), {}, "has no group data"),
        (lambda f: f.create_group("data/notes"), {}, "notes is no demo_<number>"),
        (replaced("data/demo_7", np.zeros(3)), {}, "has no group demo_7"),
        (replaced("data/demo_1/obs", None), {}, "demo_1 has no group obs"),
        (replaced("data/demo_1/actions", None), {}, "demo_1 has no dataset actions of numbers"),
        (replaced("data/demo_1/dones", None), {}, "demo_1 has no dataset dones of numbers"),
        (replaced("data/demo_1/rewards", np.zeros(7)), {}, r"demo_1: rewards has shape \(7,\), but \(2\) is needed"),
        (replaced("data/demo_1/obs/object", None), {}, "demo_1 has no obs/object; choose keys among eef_pos"),
        (replaced("data/demo_1/next_obs/object", None), {}, "demo_1 has no next_obs/object"),
        (replaced("data/demo_0/obs/image", np.zeros((3, 8, 8, 3), np.uint8)), {}, r"obs/image has shape .*without im"),
        (replaced("data/demo_1/obs/object", np.zeros((2, 9))), {}, "demo_1: obs and next_obs differ in size"),
        (replaced("data/demo_1/actions", np.zeros((2, 9))), {}, "demos differ in the sizes"),
        (replaced("data/demo_1/actions", np.zeros((0, 2))), {}, "demo_1 holds no step"),
        (replaced("data/demo_1/obs/object", [[0.0], [np.nan]]), {}, "demo_1: observation is not finite at row 1"),
        (lambda f: None, {"mask": "valid"}, "has no mask valid .* its masks: none"),
        (replaced("mask/train", np.array([b"demo_0"])), {"mask": "valid"}, "has no mask valid .* its masks: train"),
        (replaced("mask/train", np.array([b"demo_5"])), {"mask": "train"}, "has no group demo_5"),
        (replaced("mask/train", ["demo_0"]), {"mask": "train"}, "no mask train of names of fixed length"),
        (replaced("data/demo_0/obs/object", None), {"keys": ["object"]}, "demo_0 has no obs/object"),
        (lambda f: None, {"keys": ["gripper"]}, "demo_0 has no obs/gripper; choose keys among eef_pos, object"),
    ],
)
def test_what_does_not_fit_is_named_in_one_sentence(path, damage, options, sentence):
    write(path, [3, 2])
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(AwacError, match=rf"others\.hdf5.*({sentence})") as caught:
        robomimic.read(path, **options)
    assert "\n" not in str(caught.value)


def test_a_file_without_a_demo_or_without_a_usable_step_is_refused(path):
    write(path, [])
    with pytest.raises(AwacError, match=r"others\.hdf5: there is no demo to read"):
        robomimic.read(path)
    write(path, [1, 1], next_obs=False, dones=flags(1))
    with pytest.raises(AwacError, match=r"others\.hdf5: no step in it has a known next observation"):
        robomimic.read(path)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(2, 6), st.booleans()), min_size=1, max_size=6), st.booleans())
def test_a_next_observation_is_never_another_demos(tmp_path, episodes, next_obs):
    path = tmp_path / f"{uuid.uuid4().hex}.hdf5"
    write(path, [length for length, _ in episodes], next_obs=next_obs)
    with h5py.File(path, "r+") as file:
        for number, (length, done) in enumerate(episodes):
            file[f"data/demo_{number}/dones"][length - 1] = done
    rows = robomimic.read(path)
    np.testing.assert_array_equal(rows.next_observation[:, 0], rows.observation[:, 0])
    np.testing.assert_array_equal(rows.episode, rows.observation[:, 0])
    np.testing.assert_array_equal(rows.step, rows.observation[:, 1])
    bootstrapped = ~rows.terminated
    np.testing.assert_array_equal(rows.next_observation[bootstrapped, 1], rows.observation[bootstrapped, 1] + 1)
    kept = [length if next_obs or done else length - 1 for length, done in episodes]
    assert np.bincount(rows.episode).tolist() == kept
    last = np.append(rows.episode[1:] != rows.episode[:-1], True)
    np.testing.assert_array_equal(rows.terminated | rows.truncated, last)


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255))
def test_a_damaged_file_gives_valid_transitions_or_one_sentence(tmp_path, where, value):
    path = tmp_path / f"{uuid.uuid4().hex}.hdf5"
    write(path, [9, 6])
    content = bytearray(path.read_bytes())
    at = int(where * len(content))
    content[at : at + 64] = bytes([value]) * min(64, len(content) - at)
    path.write_bytes(content)
    try:
        rows = robomimic.read(path)
    except AwacError as error:
        assert path.name in str(error)
    else:
        rows.check_values("read")
