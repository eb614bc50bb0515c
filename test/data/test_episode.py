import dataclasses

import numpy as np
import pytest

from awac_ros.data import Episode, EpisodeBuilder, Outcome, Transitions
from awac_ros.errors import AwacError


def test_the_builder_numbers_the_steps_and_keeps_the_rest_as_given(make_episode):
    rows = make_episode(number=3, steps=4).transitions
    assert rows.step.tolist() == [0, 1, 2, 3]
    assert rows.episode.tolist() == [3] * 4
    assert rows.policy_version.tolist() == [2] * 4
    np.testing.assert_array_equal(rows.observation[1:], rows.next_observation[:-1])


def test_a_truncated_step_keeps_its_own_next_observation():
    builder = EpisodeBuilder("a", 0)
    builder.add(np.zeros(2), np.zeros(1), 0.0, np.array([3.0, 4.0]), truncated=True, step_time=0.0)
    rows = builder.finish(Outcome.FAILURE).transitions
    assert rows.next_observation.tolist() == [[3.0, 4.0]]
    assert rows.truncated.tolist() == [True]
    assert rows.terminated.tolist() == [False]


def test_the_builder_keeps_values_not_the_arrays_they_came_in():
    builder = EpisodeBuilder("a", 0)
    observation = np.zeros(2)
    builder.add(observation, np.zeros(1), 0.0, observation + 1, step_time=0.0)
    observation[:] = 9.0
    assert builder.transitions().observation.tolist() == [[0.0, 0.0]]


def test_the_steps_since_the_last_look_are_the_rest(make_episode, assert_same):
    builder = EpisodeBuilder("a", 0)
    for step in range(4):
        builder.add(np.full(2, step), np.zeros(1), 0.0, np.full(2, step + 1), step_time=float(step))
    assert_same(Transitions.concatenate([builder.transitions()[:3], builder.transitions(3)]), builder.transitions())
    assert len(builder) == 4


def test_nothing_recorded_is_no_episode(layout):
    builder = EpisodeBuilder("a", 0)
    with pytest.raises(AwacError, match="record at least one"):
        builder.finish(Outcome.SUCCESS)
    with pytest.raises(AwacError, match="record at least one"):
        Episode(Transitions.empty(layout), Outcome.SUCCESS)


def test_an_actor_needs_an_id_that_the_columns_can_hold():
    for actor_id in ("", "a" * 33):
        with pytest.raises(AwacError, match="1 to 32 characters"):
            EpisodeBuilder(actor_id, 0)


def test_an_episode_with_a_hole_is_refused(make_episode):
    rows = make_episode(steps=5).transitions
    for kept in ([0, 1, 3, 4], [1, 2, 3], [0, 2, 1], [0, 0, 1]):
        with pytest.raises(AwacError, match="transitions are missing"):
            Episode(rows[kept], Outcome.SUCCESS)


def test_an_episode_of_two_episodes_or_actors_is_refused(make_episode):
    rows = make_episode(steps=2).transitions
    for column, values in (("episode", [0, 1]), ("actor_id", ["a", "b"])):
        with pytest.raises(AwacError, match="more than one"):
            Episode(dataclasses.replace(rows, **{column: np.array(values)}), Outcome.SUCCESS)


@pytest.mark.parametrize("column", ["terminated", "truncated"])
def test_an_end_before_the_last_step_is_refused(make_episode, column):
    rows = make_episode(steps=3).transitions
    with pytest.raises(AwacError, match="before the last"):
        Episode(dataclasses.replace(rows, **{column: np.array([False, True, False])}), Outcome.SUCCESS)


def test_outcome_and_return_of_an_episode(make_episode):
    episode = make_episode(outcome=Outcome.FAILURE)
    assert not episode.success
    assert make_episode(outcome=Outcome.SUCCESS).success
    assert episode.sum_of_rewards == pytest.approx(episode.transitions.reward.sum())
