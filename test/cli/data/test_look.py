import h5py
import numpy as np
import pytest

from awac_ros.data.store import TransitionStore
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


@pytest.fixture
def run_folder(tmp_path, make_file, make_episode):
    """What awac pushing leaves: demonstrations, and a store of which one episode was cut short by a kill."""
    make_file("run/demos.hdf5", range(2))
    with TransitionStore(tmp_path / "run" / "store.sqlite", LAYOUT) as store:
        store.append(make_episode(5).transitions)
        store.append(make_episode(6).transitions[[0, 1, 3]])
    (tmp_path / "run" / "settings.json").write_text("{}")
    return tmp_path / "run"


def test_info_tells_what_is_in_a_file(awac, make_file):
    text = awac("info", make_file(), "--episodes")
    for words in ("(demos)", "pushing, layout", "0.1 s a step", "hand_xy 2", "2 failure, 2 success", "80, 20 to 20"):
        assert words in text
    assert text.count("20 steps  sum") == 4


def test_info_as_json_names_every_episode(awac_json, make_file):
    (found,) = awac_json("info", make_file())
    assert found["format"] == "demos" and found["steps"] == 80
    assert [each["name"] for each in found["episodes"]] == ["demo_0", "demo_1", "demo_2", "demo_3"]
    assert [each["outcome"] for each in found["episodes"]] == ["failure", "success"] * 2


def test_a_runs_folder_is_all_its_files(awac_json, run_folder):
    (found,) = awac_json("info", run_folder)
    assert found["format"] == "run" and found["outcomes"] == {"failure": 1, "success": 1, "unknown": 1}
    assert [each["name"] for each in found["episodes"]] == ["demos/demo_0", "demos/demo_1", "store/00000005_5"]
    (problem,) = found["problems"]
    assert problem == f"{run_folder}/store.sqlite: 00000006_6 lacks 1 of its 4 steps (2)"


def test_a_runs_folder_whose_files_reward_differently_says_so(awac_json, make_file, tmp_path):
    make_file("run/random.hdf5", [0, 1])
    awac_json("relabel", make_file("demos.hdf5", [2, 3]), "--reward", "person", "--out", tmp_path / "run/demos.hdf5")
    (found,) = awac_json("info", tmp_path / "run")
    remark = f"{tmp_path / 'run'}: its files hold rewards by the rules person and task; import them one by one"
    assert remark in found["warnings"]


def test_a_file_of_others_is_looked_at_whatever_its_actions(awac_json, tmp_path):
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file["observations"] = np.arange(12.0).reshape(6, 2)
        file["actions"] = np.linspace(-1, 1.5, 6)[:, None]
        file["rewards"] = np.zeros(6)
        file["terminals"] = [0, 0, 0, 0, 0, 1]
        file["timeouts"] = np.zeros(6)
    (found,) = awac_json("info", tmp_path / "old.h5")
    assert found["format"] == "d4rl" and found["steps"] == 6
    assert any("17% of its actions lie outside [-1, 1], up to 1.5, and are cut" in each for each in found["warnings"])
    assert any("does not say which episodes were a success" in each for each in found["warnings"])


def test_check_holds_for_files_that_can_be_used_together(awac_json, make_file):
    found = awac_json("check", make_file("a.hdf5", [0, 1]), make_file("b.hdf5", [2]))
    assert found["holds"] and found["problems"] == []


def test_check_fails_where_an_episode_is_damaged_or_in_two_files(awac, awac_json, make_file):
    one, other = make_file("a.hdf5", [0, 1]), make_file("b.hdf5", [1, 2])
    with h5py.File(other, "r+") as file:
        file["data/demo_1/rewards"][3] = np.nan
    found = awac_json("check", one, other, code=1)
    assert found["problems"] == [
        f"{other}: demo_1: reward is not finite at row 3; leave that episode out",
        f"{other}: demo_0 is demo_1 of {one} once more",
    ]
    assert "2 problems" in awac("check", one, other, code=1)


def test_what_is_no_file_of_episodes_is_refused(refused, tmp_path):
    (tmp_path / "letter.txt").write_text("hello")
    assert "letter.txt: it is of no known format; the formats are demos, " in refused("info", tmp_path / "letter.txt")
    assert "nowhere: there is no such file or folder" in refused("check", tmp_path / "nowhere")
    assert "it is of no known format" in refused("info", tmp_path)
