import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import awac_ros
from awac_ros.data import Outcome, demos
from awac_ros.data.demos import DemoWriter
from awac_ros.errors import AwacError

APPEND_FOR_EVER = """
import itertools, sys
import numpy as np
from awac_ros.data import EpisodeBuilder, Layout, Outcome
from awac_ros.data.demos import DemoWriter

layout = Layout.from_json(sys.argv[2])
writer = DemoWriter(sys.argv[1], layout)
for number in itertools.count():
    builder = EpisodeBuilder("a", number)
    for step in range(20):
        values = np.full(layout.observation_size, number)
        builder.add(values, np.zeros(layout.action_size), 0.0, values + 1, step_time=0.1 * step)
    print(writer.append(builder.finish(Outcome.SUCCESS)), flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demos" / "demos.hdf5"


@pytest.fixture
def assert_same_episodes(assert_same):
    def check(read, written):
        assert [episode.outcome for episode in read] == [episode.outcome for episode in written]
        for a, b in zip(read, written, strict=True):
            assert_same(a.transitions, b.transitions)

    return check


@pytest.fixture
def episodes(make_episode):
    return [make_episode(number, 1 + 3 * number, outcome) for number, outcome in enumerate(Outcome)]


def test_episodes_written_in_one_go_come_back_bit_for_bit(path, layout, episodes, assert_same_episodes):
    demos.write(path, layout, iter(episodes))
    assert_same_episodes(demos.read(path, layout), episodes)
    assert_same_episodes(demos.read(path), episodes)
    assert demos.read_layout(path) == layout
    assert demos.count(path) == 4


def test_episodes_appended_by_two_writers_continue_the_numbering(path, layout, make_episode, assert_same_episodes):
    episodes = [make_episode(number, 2) for number in range(12)]
    first = DemoWriter(path, layout)
    assert [first.append(episode) for episode in episodes[:11]] == list(range(11))
    assert DemoWriter(path, layout).append(episodes[11]) == 11
    assert_same_episodes(demos.read(path, layout), episodes)
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_number_is_not_given_twice_after_a_demo_was_removed(path, layout, make_episode):
    demos.write(path, layout, [make_episode(number) for number in range(3)])
    with h5py.File(path, "r+") as file:
        del file["data/demo_1"]
    assert DemoWriter(path, layout).append(make_episode(3)) == 3
    assert [int(episode.transitions.episode[0]) for episode in demos.read(path)] == [0, 2, 3]


def test_a_file_into_which_nothing_was_recorded_yet_says_so(path, layout):
    DemoWriter(path, layout)
    assert demos.count(path) == 0
    assert demos.read_layout(path) == layout
    with pytest.raises(AwacError, match=r"demos\.hdf5: no demonstration was recorded"):
        demos.read(path, layout)


def test_the_file_has_the_form_that_robomimic_reads(path, layout, episodes):
    demos.write(path, layout, episodes)
    with h5py.File(path) as file:
        data = file["data"]
        assert data.attrs["total"] == sum(map(len, episodes))
        assert json.loads(data.attrs["env_args"]) == {"env_name": "sliding", "type": 2, "env_kwargs": {}}
        assert set(data) == {"demo_0", "demo_1", "demo_2", "demo_3"}
        demo, rows = data["demo_2"], episodes[2].transitions
        assert demo.attrs["num_samples"] == 7
        assert {name: demo[name].shape for name in demo if isinstance(demo[name], h5py.Dataset)} == {
            "actions": (7, 2),
            "rewards": (7,),
            "dones": (7,),
            "timeouts": (7,),
            "intervened": (7,),
            "policy_version": (7,),
            "step_time": (7,),
        }
        for group in ("obs", "next_obs"):
            assert {name: demo[group][name].shape for name in demo[group]} == {"hand_xy": (7, 2), "height": (7, 1)}
        np.testing.assert_array_equal(demo["obs/height"][:, 0], rows.observation[:, 2])
        np.testing.assert_array_equal(demo["dones"][:], rows.terminated)
        np.testing.assert_array_equal(demo["timeouts"][:], rows.truncated)
        assert demo["actions"].dtype == demo["obs/hand_xy"].dtype == demo["rewards"].dtype == np.float32


def test_additions_of_other_tools_are_kept(path, layout, make_episode):
    demos.write(path, layout, [make_episode(0)])
    with h5py.File(path, "r+") as file:
        file["mask/train"] = [b"demo_0"]
        file["data/demo_0/states"] = np.zeros((5, 9))
    DemoWriter(path, layout).append(make_episode(1))
    with h5py.File(path) as file:
        assert file["mask/train"][0] == b"demo_0"
    assert len(demos.read(path, layout)) == 2


def test_a_file_of_another_task_is_refused_and_left_alone(path, layout, other_layout, make_episode):
    demos.write(path, layout, [make_episode()])
    before = path.read_bytes()
    for use in (demos.read, DemoWriter):
        with pytest.raises(AwacError, match=r"demos\.hdf5 holds data of task sliding .* task lifting"):
            use(path, other_layout)
    assert path.read_bytes() == before


def test_an_invalid_episode_is_refused_and_the_file_left_alone(path, layout, make_episode):
    writer = DemoWriter(path, layout)
    writer.append(make_episode(0))
    before = path.read_bytes()
    broken = make_episode(1)
    broken.transitions.observation[2, 1] = np.nan
    with pytest.raises(AwacError, match=r"demos\.hdf5: observation is not finite at row 2"):
        writer.append(broken)
    with pytest.raises(AwacError, match=r"demos\.hdf5: observation is not finite at row 2"):
        demos.write(path, layout, [make_episode(0), broken])
    assert path.read_bytes() == before
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_file_that_is_not_there_is_named(path, layout):
    for use in (demos.read, demos.read_layout, demos.count):
        with pytest.raises(AwacError, match=r"demos\.hdf5: there is no such file"):
            use(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, layout):
    (tmp_path / "file").touch()
    with pytest.raises(AwacError, match=r"file/demos\.hdf5: it can't be written"):
        DemoWriter(tmp_path / "file" / "demos.hdf5", layout)


def replace(file, name, values):
    del file[f"data/demo_1/{name}"]
    file[f"data/demo_1/{name}"] = values


def set_value(file, name, value):
    file[f"data/demo_1/{name}"][2] = value


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda f: f.__delitem__("data"), "no group /data"),
        (lambda f: f.create_group("data/notes"), r"data/notes is no demo_<number>"),
        (lambda f: f["data"].attrs.__delitem__("layout"), r"data has no attribute layout"),
        (lambda f: f["data"].attrs.__setitem__("layout", np.bytes_("{}")), "data: not a layout"),
        (lambda f: f["data"].attrs.__setitem__("layout_hash", np.bytes_("0")), "layout was changed"),
        (lambda f: f.__delitem__("data/demo_1/actions"), "demo_1 has no dataset actions"),
        (lambda f: f.__delitem__("data/demo_1/next_obs"), "demo_1 has no dataset next_obs/hand_xy"),
        (lambda f: f.__delitem__("data/demo_1/obs/height"), "demo_1 has no dataset obs/height"),
        (lambda f: replace(f, "rewards", [b"high"] * 4), "demo_1 has no dataset rewards of numbers"),
        (lambda f: replace(f, "actions", np.zeros((4, 3))), r"demo_1: actions has shape \(4, 3\), .* needs \(4, 2\)"),
        (lambda f: replace(f, "obs/height", np.zeros(4)), r"demo_1: obs/height has shape \(4,\), .* needs \(4, 1\)"),
        (lambda f: replace(f, "rewards", np.zeros(3)), r"demo_1: num_samples is 4, but rewards has shape \(3,\)"),
        (lambda f: f["data/demo_1"].attrs.__setitem__("num_samples", 3), "demo_1: num_samples is 3, but actions"),
        (lambda f: f["data/demo_1"].attrs.__delitem__("num_samples"), "demo_1 has no attribute num_samples"),
        (lambda f: f["data/demo_1"].attrs.__setitem__("outcome", np.bytes_("maybe")), "demo_1: its outcome is 'maybe'"),
        (lambda f: f["data/demo_1"].attrs.__setitem__("outcome", 1), "demo_1: attribute outcome is no text"),
        (lambda f: set_value(f, "obs/hand_xy", np.nan), "demo_1: observation is not finite at row 2"),
        (lambda f: set_value(f, "next_obs/height", np.inf), "demo_1: next_observation is not finite at row 2"),
        (lambda f: set_value(f, "actions", np.nan), "demo_1: action is not finite at row 2"),
        (lambda f: set_value(f, "actions", 1.5), r"demo_1: action at row 2 lies outside \[-1, 1\]"),
        (lambda f: set_value(f, "dones", 1), "demo_1: .* before the last"),
    ],
)
def test_what_does_not_fit_is_named_in_one_sentence(path, layout, make_episode, damage, sentence):
    demos.write(path, layout, [make_episode(0), make_episode(1, steps=4)])
    with h5py.File(path, "r+") as file:
        damage(file)
    with pytest.raises(AwacError, match=rf"demos\.hdf5.*{sentence}") as caught:
        demos.read(path, layout)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def written(make_episode):
    return [make_episode(number, 10) for number in range(3)]


@pytest.fixture(scope="module")
def content_of_a_file(tmp_path_factory, layout, written):
    path = tmp_path_factory.mktemp("whole") / "demos.hdf5"
    demos.write(path, layout, written)
    return path.read_bytes()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(tmp_path, layout, content_of_a_file, where):
    path = tmp_path / f"{uuid.uuid4().hex}.hdf5"
    path.write_bytes(content_of_a_file[: int(where * len(content_of_a_file))])
    for use in (demos.read, DemoWriter):
        with pytest.raises(AwacError, match=f"{path.name} is truncated, damaged or no HDF5 file"):
            use(path, layout)


@settings(deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255))
def test_a_damaged_file_is_refused_or_gives_what_was_written(
    tmp_path, layout, written, content_of_a_file, assert_same_episodes, where, value
):
    path = tmp_path / f"{uuid.uuid4().hex}.hdf5"
    content = bytearray(content_of_a_file)
    at = int(where * len(content))
    content[at : at + 64] = bytes([value]) * min(64, len(content) - at)
    path.write_bytes(content)
    try:
        read = demos.read(path, layout)
    except AwacError as error:
        assert path.name in str(error)
    else:
        assert_same_episodes(read, written)


def test_a_killed_writer_loses_no_episode_that_it_acknowledged(path, layout):
    environment = os.environ | {"PYTHONPATH": str(Path(awac_ros.__file__).parents[1])}
    acknowledged = -1
    for answers in (2, 15):
        writer = subprocess.Popen(
            [sys.executable, "-c", APPEND_FOR_EVER, path, layout.to_json()],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        numbers = [int(next(writer.stdout)) for _ in range(answers)]
        writer.kill()
        numbers += map(int, writer.stdout.read().split())
        writer.wait()
        assert numbers[0] > acknowledged
        acknowledged = numbers[-1]
        episodes = demos.read(path, layout)
        assert len(episodes) in (acknowledged + 1, acknowledged + 2)
        assert all((episode.transitions.observation == episode.transitions.episode[0]).all() for episode in episodes)


def test_the_keys_are_those_of_the_demos_there_and_of_those_taken_back(path, layout, make_episode):
    writer = DemoWriter(path, layout)
    for number in range(3):
        writer.append(make_episode(number, 2))
    writer.remove(1)
    writer.replace(2, make_episode(7, 2))
    actor_id = str(make_episode().transitions.actor_id[0])
    assert demos.keys(path) == {(actor_id, 0), (actor_id, 1), (actor_id, 7)}


def test_the_rewards_rule_stays_with_the_file_and_is_the_tasks_where_none_is_said(path, layout, make_episode):
    demos.write(path, layout, [make_episode()], rule="sparse")
    DemoWriter(path, layout, "sparse").append(make_episode(1))
    assert demos.read_rule(path) == "sparse"
    with h5py.File(path, "r+") as file:
        del file["data"].attrs["reward_rule"]
    assert demos.read_rule(path) == "task" and len(demos.read(path)) == 2


def test_a_rewards_rule_that_there_is_not_is_refused(path, layout, make_episode):
    demos.write(path, layout, [make_episode()], rule="dense")
    with pytest.raises(AwacError, match=r"demos\.hdf5: its rewards' rule is 'dense'; it must be one of task, sparse"):
        demos.read_rule(path)
