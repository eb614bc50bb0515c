"""Episodes are shared out among processes without changing them, and a killed process is a sentence."""

import multiprocessing

import pytest

from awac_ros.envs.evaluate import Evaluation
from awac_ros.errors import AwacError
from awac_ros.runs.workers import Workers, join, shares


def test_shares_hold_every_episode_once():
    assert [episode for share in shares(45) for episode in share] == list(range(45))


def test_shares_are_joined_by_their_numbers_of_episodes():
    joined = join([Evaluation(20, 1.0, 1.0, 0.0), Evaluation(5, 0.0, 0.5, 0.1)])
    assert (joined.episodes, joined.final_success, joined.any_success) == (25, 0.8, pytest.approx(0.9))
    assert joined.final_distance == pytest.approx(0.02)


def test_random_episodes_are_the_same_whoever_makes_them():
    with Workers() as crew:
        together = crew.act_at_random(0, range(2)).result()
        alone = [crew.act_at_random(0, range(number, number + 1)).result()[0] for number in range(2)]
    for one, other in zip(together, alone, strict=True):
        assert (one.transitions.observation == other.transitions.observation).all()
        assert (one.transitions.episode == other.transitions.episode).all()


def test_a_killed_worker_is_a_sentence():
    with pytest.raises(AwacError, match="a worker process was killed"), Workers() as crew:
        future = crew.act_at_random(0, range(1000))
        for child in multiprocessing.active_children():
            child.kill()
        future.result()
