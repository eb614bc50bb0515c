import h5py
import numpy as np
import pytest

from awac_ros.data import Outcome, demos
from awac_ros.data.store import TransitionStore
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def same(one, other):
    """Whether two files of demonstrations hold the same episodes."""
    pairs = list(zip(demos.read(one, LAYOUT), demos.read(other, LAYOUT), strict=True))
    for a, b in pairs:
        assert a.outcome is b.outcome
        for name, column in vars(a.transitions).items():
            np.testing.assert_array_equal(column, getattr(b.transitions, name), err_msg=name)
    return bool(pairs)


@pytest.mark.parametrize("kind", ["robomimic", "d4rl", "minari", "lerobot", "bag"])
def test_what_is_exported_and_imported_again_is_the_same(awac_json, make_file, tmp_path, kind):
    file = make_file()
    written = awac_json("export", file, "--to", kind, "--out", tmp_path / "there")
    assert written == {
        "written": str(tmp_path / "there"),
        "episodes": 4,
        "steps": 80,
        "outcomes": {"failure": 2, "success": 2},
        "masks": {},
        "remarks": [],
        "format": kind,
        "lost": [],
    }
    awac_json("import", tmp_path / "there", "--out", tmp_path / "back.hdf5")
    assert same(file, tmp_path / "back.hdf5")


def test_export_says_what_the_format_can_not_hold(awac_json, make_file, tmp_path):
    file = make_file()
    awac_json("split", file, "--in-place", "--train", 0.5)
    written = awac_json("export", file, "--to", "d4rl", "--out", tmp_path / "there.h5")
    assert written["lost"] == ["the masks train, valid"] and written["masks"] == {}


def test_a_format_that_is_not_written_is_refused(refused, make_file, tmp_path):
    sentence = refused("export", make_file(), "--to", "store", "--out", tmp_path / "there")
    assert "in the format 'store'; choose one of demos, robomimic, d4rl, minari, lerobot, bag" in sentence


def test_a_buffers_store_becomes_prior_data(awac_json, refused, make_episode, tmp_path):
    with TransitionStore(tmp_path / "store.sqlite", LAYOUT) as store:
        store.append(make_episode(1).transitions)
        store.append(make_episode(2).transitions[:7][[0, 1, 2, 4, 5, 6]])
    out = tmp_path / "prior.hdf5"
    assert "store.sqlite: 00000002_2 lacks 1 of its 7 steps (3)" in refused("import", store._path, "--out", out)
    written = awac_json("import", store._path, "--out", out, "--skip-broken")
    assert written["episodes"] == 1 and written["outcomes"] == {"unknown": 1}
    awac_json("relabel", out, "--in-place")
    (episode,) = demos.read(out, LAYOUT)
    assert episode.outcome is Outcome.SUCCESS
    np.testing.assert_array_equal(episode.transitions.observation, make_episode(1).transitions.observation)


def test_another_runs_folder_becomes_prior_data(awac_json, make_file, make_episode, tmp_path):
    make_file("run/demos.hdf5", [0, 1])
    with TransitionStore(tmp_path / "run" / "store.sqlite", LAYOUT) as store:
        store.append(make_episode(2).transitions)
    written = awac_json("import", tmp_path / "run", "--out", tmp_path / "prior.hdf5")
    assert written["episodes"] == 3
    assert [int(each.transitions.episode[0]) for each in demos.read(tmp_path / "prior.hdf5", LAYOUT)] == [0, 1, 2]


def test_a_file_of_others_becomes_prior_data_of_the_named_task(awac_json, refused, tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["observations"] = np.random.default_rng(0).uniform(0.4, 0.6, (6, 8))
        file["actions"] = np.full((6, 2), 1.2)
        file["rewards"] = np.zeros(6)
        file["terminals"] = [0, 0, 0, 0, 0, 1]
        file["timeouts"] = np.zeros(6)
        file["success"] = [0, 0, 0, 0, 1, 1]
    out = tmp_path / "prior.hdf5"
    words = ("import", tmp_path / "old.h5", "--out", out, "--task", "pushing")
    assert "lies outside [-1, 1]" in refused(*words)
    assert awac_json(*words, "--clip-actions", "--success-reward")["outcomes"] == {"success": 1}
    (episode,) = demos.read(out, LAYOUT)
    assert episode.transitions.reward.tolist() == [-1, -1, -1, -1, 0, 0] and demos.read_rule(out) == "sparse"
    np.testing.assert_allclose(episode.transitions.step_time, 0.1 * np.arange(6))
    mine = tmp_path / "mine.hdf5"
    awac_json("import", tmp_path / "old.h5", "--clip-actions", "--task", "Mine-v0", "--out", mine)
    assert demos.read_layout(mine).task == "Mine-v0"
    awac_json("relabel", mine, "--reward", "person", "--in-place")
    assert demos.read(mine)[0].transitions.reward.tolist() == [-1, -1, -1, -1, -1, 0]
    assert "is of task Mine-v0, which is none of the arm's tasks" in refused("relabel", mine, "--in-place")


def test_what_was_discarded_while_recording_is_no_prior_data(awac_json, make_episode, tmp_path):
    episodes = [make_episode(0), type(make_episode(1))(make_episode(1).transitions, Outcome.DISCARDED)]
    demos.write(tmp_path / "old.hdf5", LAYOUT, episodes)
    assert awac_json("import", tmp_path / "old.hdf5", "--out", tmp_path / "new.hdf5")["episodes"] == 1


def test_nothing_is_written_over(refused, make_file, tmp_path):
    file = make_file()
    before = file.read_bytes()
    assert "is there already" in refused("import", file, "--out", file)
    assert "is there already" in refused("export", file, "--to", "d4rl", "--out", file)
    assert file.read_bytes() == before
    assert "it can't be written" in refused("export", file, "--to", "minari", "--out", file / "there")
