import h5py
import numpy as np
from PIL import Image

from awac_ros.bench.data import random_transitions
from awac_ros.data import Episode, Outcome, demos
from awac_ros.data.layout import plain_layout


def test_plot_draws_the_episodes(awac_json, make_file, tmp_path):
    assert awac_json("plot", make_file(), "--out", tmp_path / "old.png") == {
        "written": f"{tmp_path}/old.png",
        "episodes": 4,
        "remarks": [],
    }
    assert Image.open(tmp_path / "old.png").size == (1560, 540)


def test_replay_shows_an_episode_and_how_it_ended(awac_json, make_file, tmp_path):
    made = awac_json("replay", make_file(), "demo_1", "--out", tmp_path / "one.png", "--width", 80)
    assert made["steps"] == 20 and made["recorded_outcome"] == "success"
    assert 0.0 < made["deviation"] < 0.5
    assert Image.open(tmp_path / "one.png").size == (248, 124)


def test_what_can_not_be_shown_is_refused(refused, make_file, tmp_path):
    file = make_file()
    assert "old.hdf5 has no episode 'demo_9'" in refused("replay", file, "demo_9", "--out", tmp_path / "x.gif")
    assert "x.mov: its name must end in one of .mp4, .webp" in refused(
        "replay", file, "demo_0", "--out", tmp_path / "x.mov"
    )
    assert "x.svg: name a .png" in refused("plot", file, "--out", tmp_path / "x.svg")
    layout = plain_layout("Walker2d-v5", {"observation": 17}, 6)
    demos.write(tmp_path / "w.hdf5", layout, [Episode(random_transitions(layout, 5, seed=0), Outcome.UNKNOWN)])
    assert "of task Walker2d-v5" in refused("replay", tmp_path / "w.hdf5", "demo_0", "--out", tmp_path / "x.gif")
    with h5py.File(file, "r+") as opened:
        opened["data/demo_1/rewards"][0] = np.nan
    assert "demo_1: reward is not finite" in refused("replay", file, "demo_1", "--out", tmp_path / "x.gif")
