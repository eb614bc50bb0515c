import gymnasium
import numpy as np
import pytest
from PIL import Image

import awac_ros.envs  # noqa: F401
from awac_ros.arms import make_arm
from awac_ros.envs.random_process import random_episodes
from awac_ros.errors import AwacError
from awac_ros.runs.replay import replay, steps_between_pictures, write
from awac_ros.tasks import Pushing


@pytest.fixture(scope="module")
def episode():
    env = gymnasium.make("awac_ros/SawyerPush-v0")
    (episode,) = random_episodes(env, seed=0, episodes=range(1))
    env.close()
    return episode


@pytest.fixture(scope="module")
def replayed(episode):
    arm = make_arm("bullet")
    yield replay(Pushing(), arm, episode, every=50, width=160)
    arm.close()


def test_a_simulated_episode_comes_out_the_same(replayed, episode):
    recorded = np.concatenate((episode.transitions.observation, episode.transitions.next_observation[-1:]))
    np.testing.assert_allclose(replayed.observations, recorded, atol=2e-3)
    assert replayed.deviation == pytest.approx(np.abs(replayed.observations[-1] - recorded[-1]).max())
    assert replayed.outcome == episode.success


def test_pictures_are_taken_on_the_way_and_at_the_end(replayed, tmp_path):
    assert [picture.size for picture in replayed.pictures] == [(160, 120)] * 5
    assert np.any(np.array(replayed.pictures[0]) != np.array(replayed.pictures[-1]))
    write(tmp_path / "strip.png", replayed.pictures, 5.0)
    assert Image.open(tmp_path / "strip.png").size == (488, 244)
    write(tmp_path / "again.gif", replayed.pictures, 0.5)
    with Image.open(tmp_path / "again.gif") as animation:
        assert (animation.n_frames, animation.info["duration"]) == (5, 500)


def test_the_goal_is_drawn(replayed):
    pixels = np.array(replayed.pictures[0]).reshape(-1, 3)
    assert (pixels == Image.new("RGB", (1, 1), "limegreen").getpixel((0, 0))).all(axis=1).any()


def test_a_strip_has_six_pictures_and_other_files_are_refused(tmp_path):
    every = steps_between_pictures(tmp_path / "a.png", 200)
    assert len(range(0, 200, every)) + 1 == 6
    assert steps_between_pictures(tmp_path / "a.mp4", 200) == 1
    with pytest.raises(AwacError, match=r"a\.mov: its name must end in one of \.mp4, \.webp, \.gif, \.png"):
        steps_between_pictures(tmp_path / "a.mov", 200)
