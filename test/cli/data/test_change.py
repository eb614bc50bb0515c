import h5py
import numpy as np
from typer.testing import CliRunner

from awac_ros.cli import app
from awac_ros.data import Outcome, demos
from awac_ros.tasks import Pushing, PushingConfig

LAYOUT = Pushing().layout


def damage(path, demo):
    with h5py.File(path, "r+") as file:
        file[f"data/{demo}/rewards"][3] = np.nan


def test_merge_puts_every_episode_into_one_file_once(awac_json, make_file, tmp_path):
    out = tmp_path / "all.hdf5"
    written = awac_json("merge", make_file("a.hdf5", [0, 1]), make_file("b.hdf5", [1, 2]), "--out", out)
    assert written == {
        "written": str(out),
        "episodes": 3,
        "steps": 60,
        "outcomes": {"failure": 2, "success": 1},
        "masks": {},
        "remarks": [f"{tmp_path / 'b.hdf5'}: 1 of its episodes came before and are left out"],
    }
    assert [int(episode.transitions.episode[0]) for episode in demos.read(out, LAYOUT)] == [0, 1, 2]


def test_merge_leaves_out_what_is_named_by_file_and_episode(awac_json, refused, make_file, tmp_path):
    one, other = make_file("a.hdf5", [0, 1]), make_file("b.hdf5", [2, 3])
    awac_json("merge", one, other, "--leave-out", f"{other}: demo_0", "--out", tmp_path / "all.hdf5")
    assert [int(each.transitions.episode[0]) for each in demos.read(tmp_path / "all.hdf5")] == [0, 1, 3]
    assert "'demo_0' to leave out" in refused("merge", one, "--leave-out", "demo_0", "--out", tmp_path / "no.hdf5")


def test_broken_episodes_are_refused_by_name_and_left_out_when_asked(awac_json, refused, make_file, tmp_path):
    file, out = make_file(), tmp_path / "new.hdf5"
    damage(file, "demo_2")
    assert f"{file}: demo_2: reward is not finite at row 3" in refused("merge", file, "--out", out)
    assert not out.exists()
    assert awac_json("merge", file, "--out", out, "--skip-broken")["episodes"] == 3


def test_split_writes_masks_that_stay_with_the_episodes(awac_json, make_file, tmp_path):
    file = make_file(numbers=range(8))
    written = awac_json("split", file, "--in-place", "--train", 0.5)
    assert written["masks"] == {"train": 4, "valid": 4}
    with h5py.File(file) as opened:
        train, valid = (opened[f"mask/{name}"][...].astype(str).tolist() for name in ("train", "valid"))
    assert sorted(train + valid) == [f"demo_{number}" for number in range(8)]
    awac_json("trim", file, "--leave-out", train[0], "--out", tmp_path / "less.hdf5")
    with h5py.File(tmp_path / "less.hdf5") as opened:
        assert len(opened["mask/train"]) == 3 and len(opened["mask/valid"]) == 4


def test_trim_cuts_both_ends(awac_json, make_file, tmp_path):
    out = tmp_path / "short.hdf5"
    assert awac_json("trim", make_file(), "--first", 3, "--last", 7, "--out", out)["steps"] == 40
    for old, new in zip(demos.read(tmp_path / "old.hdf5"), demos.read(out), strict=True):
        np.testing.assert_array_equal(new.transitions.observation, old.transitions.observation[3:13])
        assert new.transitions.truncated.tolist() == [False] * 9 + [True]


def test_relabel_gives_sparse_rewards_and_hindsight_goals(awac_json, make_file, tmp_path):
    file = make_file()
    awac_json("relabel", file, "--reward", "sparse", "--out", tmp_path / "sparse.hdf5")
    rewards = [each.transitions.reward for each in demos.read(tmp_path / "sparse.hdf5")]
    assert {value for each in rewards for value in each.tolist()} == {0.0, -1.0}
    assert [each[-1] for each in rewards] == [-1.0, 0.0, -1.0, 0.0]
    written = awac_json("relabel", file, "--goal", "achieved", "--out", tmp_path / "hindsight.hdf5")
    assert written["outcomes"] == {"success": 4}
    merged = awac_json("merge", file, tmp_path / "hindsight.hdf5", "--out", tmp_path / "both.hdf5")
    assert merged["episodes"] == 8


def test_relabel_takes_numbers_as_a_goal_and_refuses_others(awac_json, refused, make_file, tmp_path):
    file, out = make_file(), tmp_path / "moved.hdf5"
    awac_json("relabel", file, "--goal", "0.6,0,0.6,0.1", "--out", out)
    np.testing.assert_allclose(demos.read(out)[0].transitions.observation[:, 4:], [[0.6, 0, 0.6, 0.1]] * 20, rtol=1e-6)
    assert "has 4 entries, not 2" in refused("relabel", file, "--goal", "0.6,0", "--out", tmp_path / "no.hdf5")
    assert "neither 'achieved' nor numbers" in refused("relabel", file, "--goal", "far", "--out", tmp_path / "no.hdf5")


def test_what_was_left_out_is_said_in_words_and_in_json(awac_json, make_file, tmp_path):
    file = make_file()
    damage(file, "demo_2")
    sentence = f"left out: {file}: demo_2: reward is not finite at row 3; leave that episode out"
    words = ["merge", str(file), "--skip-broken", "--out"]
    assert awac_json(*words, tmp_path / "one.hdf5")["remarks"] == [sentence]
    said = CliRunner().invoke(app, ["data", *words, str(tmp_path / "other.hdf5")])
    assert said.stderr.splitlines() == [sentence] and "3 episodes" in said.stdout


def test_label_corrects_an_outcome_and_the_rewards_that_say_it(awac_json, make_file, tmp_path):
    file = tmp_path / "sparse.hdf5"
    awac_json("relabel", make_file(), "--reward", "sparse", "--out", file)
    awac_json("label", file, "demo_0", "--outcome", "success", "--in-place")
    awac_json("label", file, "demo_1", "--outcome", "failure", "--in-place")
    first, second, *_ = demos.read(file, LAYOUT)
    assert first.outcome is Outcome.SUCCESS and first.transitions.reward.tolist() == [-1.0] * 19 + [0.0]
    assert second.outcome is Outcome.FAILURE and second.transitions.reward.tolist() == [-1.0] * 20


def test_rewards_can_be_made_of_the_labels_and_then_follow_them(awac, awac_json, make_file):
    file = make_file()
    assert "by the rule task, " in awac("info", file)
    (said,) = awac_json("label", file, "demo_0", "--outcome", "success", "--in-place")["remarks"]
    assert "do not say success" in said
    awac_json("relabel", file, "--reward", "person", "--in-place")
    assert awac_json("info", file)[0]["reward_rule"] == "person"
    assert awac_json("label", file, "demo_2", "--outcome", "success", "--in-place")["remarks"] == []
    for episode in demos.read(file, LAYOUT):
        assert episode.success and episode.transitions.terminated[-1]
        assert episode.transitions.reward.tolist() == [-1.0] * 19 + [0.0]


def test_nothing_is_changed_in_place_unless_asked(refused, make_file):
    file = make_file()
    before = file.read_bytes()
    for command in (["split"], ["trim", "--first", 1], ["relabel"], ["label", "demo_0", "--outcome", "success"]):
        words = [command[0], file, *command[1:]]
        assert "say where to write: --out with a new file, or --in-place" in refused(*words)
        assert "is there already; name a new file" in refused(*words, "--out", file)
    assert "is there already" in refused("merge", file, "--out", file)
    assert file.read_bytes() == before


def test_what_other_tools_added_is_not_lost_in_place(refused, make_file):
    file = make_file()
    with h5py.File(file, "r+") as opened:
        opened["data/demo_0/states"] = np.zeros((20, 9))
    before = file.read_bytes()
    assert "also holds states" in refused("split", file, "--in-place")
    assert file.read_bytes() == before


def test_a_refused_change_leaves_the_file_as_it_was(refused, make_file):
    file = make_file()
    before = file.read_bytes()
    assert f"{file}: demo_0: nothing of its 20 steps" in refused("trim", file, "--first", 20, "--in-place")
    assert f"{file} has no episode 'demo_9'" in refused("label", file, "demo_9", "--outcome", "failure", "--in-place")
    assert file.read_bytes() == before


def test_data_of_two_tasks_are_not_merged(refused, make_file, make_episode, tmp_path):
    other = tmp_path / "fast.hdf5"
    demos.write(other, Pushing(PushingConfig(max_speed=0.5)).layout, [make_episode(0)])
    assert f"{other} holds data of task pushing" in refused("merge", make_file(), other, "--out", tmp_path / "x.hdf5")
