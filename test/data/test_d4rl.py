import uuid
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awac_ros.data import d4rl
from awac_ros.errors import AwacError

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
ROLLED_OUT = {
    **{f"{name}_dapg_policy": (25, 5000) for name in ("pen", "door", "relocate", "hammer")},
    "halfcheetah_sb3_expert": (15, 15000),
    "walker2d_sb3_expert": (15, 14387),
    "ant_sb3_expert": (15, 15000),
}


def write(path, lengths, **datasets):
    """Episodes of these lengths, each cut at its last step; the observation names episode and step."""
    count = sum(lengths)
    episode = np.repeat(np.arange(len(lengths)), lengths)
    step = np.concatenate([np.arange(length) for length in lengths])
    timeouts = np.zeros(count, bool)
    timeouts[np.cumsum(lengths) - 1] = True
    content = {
        "observations": np.stack((episode, step), axis=1).astype(np.float32),
        "actions": np.random.default_rng(0).uniform(-1, 1, (count, 3)).astype(np.float32),
        "rewards": np.arange(count, dtype=np.float32),
        "terminals": np.zeros(count, bool),
        "timeouts": timeouts,
        **datasets,
    }
    with h5py.File(path, "w") as file:
        for name, values in content.items():
            if values is not None:
                file[name] = values
    return content


@pytest.fixture
def path(tmp_path):
    return tmp_path / "old.h5"


def flags(count, *rows):
    values = np.zeros(count, bool)
    values[list(rows)] = True
    return values


def test_without_next_observations_the_last_step_of_a_cut_episode_goes(path):
    content = write(path, [3, 2])
    rows = d4rl.read(path)
    np.testing.assert_array_equal(rows.observation, [[0, 0], [0, 1], [1, 0]])
    np.testing.assert_array_equal(rows.next_observation, [[0, 1], [0, 2], [1, 1]])
    np.testing.assert_array_equal(rows.action, content["actions"][[0, 1, 3]])
    np.testing.assert_array_equal(rows.reward, [0, 1, 3])
    assert rows.truncated.tolist() == [False, True, True]
    assert not rows.terminated.any()
    assert rows.episode.tolist() == [0, 0, 1]
    assert rows.step.tolist() == [0, 1, 0]
    assert rows.step_time.tolist() == [0, 1, 0]
    assert rows.policy_version.tolist() == [-1, -1, -1]
    assert not rows.intervened.any()


def test_a_terminated_step_stays_since_nothing_follows_it(path):
    write(path, [3, 2], terminals=flags(5, 2), timeouts=flags(5, 4))
    rows = d4rl.read(path)
    np.testing.assert_array_equal(rows.observation, [[0, 0], [0, 1], [0, 2], [1, 0]])
    np.testing.assert_array_equal(rows.next_observation, [[0, 1], [0, 2], [0, 2], [1, 1]])
    assert rows.terminated.tolist() == [False, False, True, False]
    assert rows.truncated.tolist() == [False, False, False, True]


def test_data_that_stop_without_a_flag_lose_their_last_step(path):
    write(path, [3, 2], timeouts=flags(5, 2))
    rows = d4rl.read(path)
    np.testing.assert_array_equal(rows.next_observation, [[0, 1], [0, 2], [1, 1]])
    assert rows.truncated.tolist() == [False, True, True]


def test_recorded_next_observations_keep_every_step(path):
    true_next = np.random.default_rng(1).normal(size=(5, 2)).astype(np.float32)
    write(path, [3, 2], next_observations=true_next, timeouts=flags(5, 2))
    rows = d4rl.read(path)
    np.testing.assert_array_equal(rows.next_observation, true_next)
    assert rows.truncated.tolist() == [False, False, True, False, True]


def test_final_observations_follow_each_episodes_last_step(path):
    write(path, [3, 2], final_observations=np.array([[7, 7], [8, 8]]), episode_lengths=np.array([3, 2]))
    rows = d4rl.read(path)
    np.testing.assert_array_equal(rows.next_observation, [[0, 1], [0, 2], [7, 7], [1, 1], [8, 8]])
    assert rows.truncated.tolist() == [False, False, True, False, True]


def test_episode_lengths_divide_where_no_flag_does(path):
    write(path, [3, 2], episode_lengths=np.array([3, 2]), timeouts=flags(5))
    np.testing.assert_array_equal(d4rl.read(path).next_observation, [[0, 1], [0, 2], [1, 1]])


def test_an_episode_of_one_cut_step_leaves_nothing(path):
    write(path, [2, 1, 2])
    assert d4rl.read(path).episode.tolist() == [0, 2]


def test_keys_come_from_the_content_or_from_the_caller(path, tmp_path):
    write(path, [3, 2])
    write(tmp_path / "other.h5", [3, 3])
    first = d4rl.read(path).actor_id[0]
    assert len(first) == 32
    assert first == d4rl.read(path).actor_id[2]
    assert first != d4rl.read(tmp_path / "other.h5").actor_id[0]
    assert d4rl.read(path, actor_id="human").actor_id[0] == "human"


def test_success_can_be_the_reward(path):
    write(path, [3, 2], success=flags(5, 1, 3))
    assert d4rl.read(path, success_reward=True).reward.tolist() == [-1, 0, 0]
    assert d4rl.read(path).reward.tolist() == [0, 1, 3]


def test_actions_outside_their_range_are_cut_only_when_asked(path):
    actions = np.array([[0.5], [1.37], [-2.0], [0.0]], np.float32)
    write(path, [4], actions=actions)
    with pytest.raises(AwacError, match=r"old\.h5: action at row 1 lies outside \[-1, 1\], .* is 2; .* clip_actions"):
        d4rl.read(path)
    assert d4rl.read(path, clip_actions=True).action.tolist() == [[0.5], [1.0], [-1.0]]


def bad(column, row, value, kind=np.float32):
    def change(file):
        values = file[column][...].astype(kind)
        values[row] = value
        del file[column]
        file[column] = values

    return change


def replaced(name, values):
    def change(file):
        if name in file:
            del file[name]
        file[name] = values

    return change


def objects(file):
    del file["rewards"]
    file.create_dataset("rewards", (5,), h5py.vlen_dtype(np.float32))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        *(
            (lambda f, n=n: f.__delitem__(n), f"has no dataset {n} of numbers")
            for n in ("observations", "actions", "rewards", "terminals", "timeouts")
        ),
        (objects, "has no dataset rewards of numbers"),
        (replaced("rewards", h5py.Empty("f4")), "has no dataset rewards of numbers"),
        (replaced("actions", [b"left"] * 5), "has no dataset actions of numbers"),
        (replaced("observations", np.zeros((0, 2))), "holds no step"),
        (replaced("observations", np.zeros(5)), r"observations has shape \(5,\), but \(any, any\) is needed"),
        (replaced("actions", np.zeros((4, 3))), r"actions has shape \(4, 3\), but \(5, any\) is needed"),
        (replaced("rewards", np.zeros((5, 1))), r"rewards has shape \(5, 1\), but \(5\) is needed"),
        (replaced("next_observations", np.zeros((5, 3))), r"next_observations has shape \(5, 3\), but \(5, 2\)"),
        (replaced("final_observations", np.zeros((3, 2))), r"final_observations has shape \(3, 2\), but \(2, 2\)"),
        (replaced("episode_lengths", [3, 3]), "episode_lengths don't add up to its 5 steps"),
        (replaced("episode_lengths", [6, -1]), "episode_lengths don't add up to its 5 steps"),
        (replaced("episode_lengths", np.zeros(0, int)), "episode_lengths don't add up"),
        (replaced("episode_lengths", [2, 3]), "row 2 is marked as the end of an episode, but episode_lengths"),
        (bad("observations", (3, 1), np.nan), "observation is not finite at row 3"),
        (bad("observations", (3, 1), 1e300, np.float64), "observation is not finite at row 3"),
        (bad("rewards", 4, np.inf), "reward is not finite at row 4"),
        (bad("actions", (2, 0), np.nan), "action is not finite at row 2"),
        (bad("actions", (2, 0), np.inf), "action is not finite at row 2"),
    ],
)
@pytest.mark.parametrize("clip_actions", [False, True])
@pytest.mark.filterwarnings("error")
def test_what_does_not_fit_is_named_in_one_sentence(path, damage, sentence, clip_actions):
    write(path, [3, 2])
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(AwacError, match=rf"old\.h5.*({sentence})") as caught:
        d4rl.read(path, clip_actions=clip_actions)
    assert "\n" not in str(caught.value)


def test_success_reward_needs_success_in_the_file(path):
    write(path, [3])
    with pytest.raises(AwacError, match=r"old\.h5 has no dataset success"):
        d4rl.read(path, success_reward=True)


def test_a_file_of_which_no_step_can_be_used_is_refused(path):
    write(path, [1, 1])
    with pytest.raises(AwacError, match=r"old\.h5: no step in it has a known next observation"):
        d4rl.read(path)


def test_a_file_that_is_missing_or_of_another_kind_is_named(path):
    with pytest.raises(AwacError, match=r"old\.h5: there is no such file"):
        d4rl.read(path)
    path.write_text("observations, actions")
    with pytest.raises(AwacError, match=r"old\.h5 is truncated, damaged or no HDF5 file"):
        d4rl.read(path)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(tmp_path, where):
    path = tmp_path / f"{uuid.uuid4().hex}.h5"
    write(path, [30, 20])
    path.write_bytes(path.read_bytes()[: int(where * path.stat().st_size)])
    with pytest.raises(AwacError, match=f"{path.name} is truncated, damaged or no HDF5 file"):
        d4rl.read(path)


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255))
def test_a_damaged_file_gives_valid_transitions_or_one_sentence(tmp_path, where, value):
    path = tmp_path / f"{uuid.uuid4().hex}.h5"
    write(path, [30, 20])
    content = bytearray(path.read_bytes())
    at = int(where * len(content))
    content[at : at + 64] = bytes([value]) * min(64, len(content) - at)
    path.write_bytes(content)
    try:
        rows = d4rl.read(path)
    except AwacError as error:
        assert path.name in str(error)
    else:
        rows.check_values("read")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(1, 6), st.sampled_from(["terminal", "timeout", "both"])), min_size=1, max_size=8),
    st.booleans(),
    st.sampled_from([None, "final_observations", "next_observations"]),
    st.booleans(),
)
def test_a_next_observation_is_never_another_episodes(tmp_path, episodes, last_is_flagged, recorded, with_lengths):
    path = tmp_path / f"{uuid.uuid4().hex}.h5"
    lengths = [length for length, _ in episodes]
    ends = np.cumsum(lengths) - 1
    flagged = ends if last_is_flagged else ends[:-1]
    kinds = [kind for _, kind in episodes]
    terminals, timeouts = (
        flags(sum(lengths), *(row for row, kind in zip(flagged, kinds, strict=False) if kind in (name, "both")))
        for name in ("terminal", "timeout")
    )
    final = np.stack((np.arange(len(lengths)), lengths), axis=1).astype(np.float32)
    more = {"episode_lengths": np.array(lengths)} if with_lengths else {}
    content = write(path, lengths, terminals=terminals, timeouts=timeouts, **more)
    true_next = content["observations"] + [0, 1]
    with h5py.File(path, "r+") as file:
        if recorded:
            file[recorded] = final if recorded == "final_observations" else true_next
    unknown = np.zeros(sum(lengths), bool)
    if recorded is None:
        unknown[ends] = ~terminals[ends]
    if unknown.all():
        with pytest.raises(AwacError, match="no step in it"):
            d4rl.read(path)
        return
    rows = d4rl.read(path)
    np.testing.assert_array_equal(rows.observation, content["observations"][~unknown])
    np.testing.assert_array_equal(rows.terminated, terminals[~unknown])
    bootstrapped = ~rows.terminated
    np.testing.assert_array_equal(rows.next_observation[bootstrapped], true_next[~unknown][bootstrapped])
    np.testing.assert_array_equal(rows.next_observation[:, 0], rows.observation[:, 0])
    np.testing.assert_array_equal(rows.episode, rows.observation[:, 0])
    np.testing.assert_array_equal(rows.step, rows.observation[:, 1])
    last = np.append(rows.episode[1:] != rows.episode[:-1], True)
    np.testing.assert_array_equal(rows.terminated | rows.truncated, last)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data files are not there")
@pytest.mark.parametrize("name", ROLLED_OUT)
def test_every_rolled_out_file_reads_with_the_true_last_observations(name):
    path = SHARED / f"{name}.h5"
    rows = d4rl.read(path)
    episodes, steps = ROLLED_OUT[name]
    assert (len(rows), len(set(rows.episode.tolist()))) == (steps, episodes)
    last = rows.terminated | rows.truncated
    with h5py.File(path) as file:
        np.testing.assert_array_equal(rows.next_observation[last], file["final_observations"][...])
        np.testing.assert_array_equal(np.bincount(rows.episode), file["episode_lengths"][...])
        np.testing.assert_array_equal(rows.terminated, file["terminals"][...])
    np.testing.assert_array_equal(rows.next_observation[~last], rows.observation[1:][~last[:-1]])
    if "dapg" in name:
        assert np.bincount(rows.episode).tolist() == [200] * 25
        assert set(d4rl.read(path, success_reward=True).reward.tolist()) == {0.0, -1.0}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data files are not there")
def test_the_human_door_demos_need_their_actions_cut_and_lose_one_step_each():
    path = SHARED / "door_human.h5"
    with pytest.raises(AwacError, match=r"door_human\.h5: action at row .* is 1\.37; .* clip_actions"):
        d4rl.read(path)
    rows = d4rl.read(path, clip_actions=True)
    assert len(rows) == 6729 - 25
    assert np.abs(rows.action).max() == 1.0
    inside = rows.step[1:] > 0
    np.testing.assert_array_equal(rows.next_observation[:-1][inside], rows.observation[1:][inside])
