import numpy as np
import pytest

from awac_ros.data import Outcome
from awac_ros.data.labels import judged
from awac_ros.errors import AwacError
from awac_ros.nodes.actor_episode import ActorEpisode, Choice
from awac_ros.nodes.observer import Moment
from awac_ros.tasks import Pushing, WorldState

TASK = Pushing()
GOAL = np.array([0.6, 0.0, 0.6, 0.1], np.float32)
STILL = np.zeros(2, np.float32)


def moment(step: int, puck_y: float = 0.0) -> Moment:
    world = WorldState(
        np.array([0.5 + 0.01 * step, 0.0, 0.06]), np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.6, puck_y, 0.06])
    )
    return Moment(world, stamp=0.1 * step, time=0.1 * step)


def episode(limit: int = 200, **rewards: str) -> ActorEpisode:
    return ActorEpisode(TASK, GOAL, "a" * 32, 4, limit, **rewards)


def test_the_limit_truncates_with_the_true_next_observation() -> None:
    acting = episode(limit=3)
    for step in range(3):
        assert not acting.observe(moment(step))
        acting.act(Choice(np.array([1.0, 0.0], np.float32), policy_version=7))
    assert acting.observe(moment(3))
    rows = acting.take_new()
    assert rows.truncated.tolist() == [False, False, True]
    assert not rows.terminated.any()
    np.testing.assert_array_equal(rows.next_observation[-1], TASK.observe(moment(3).world, GOAL))
    np.testing.assert_array_equal(rows.observation[1:], rows.next_observation[:-1])
    assert rows.policy_version.tolist() == [7, 7, 7]
    assert rows.episode.tolist() == [4, 4, 4]
    np.testing.assert_allclose(rows.step_time, [0.0, 0.1, 0.2])
    np.testing.assert_allclose(rows.reward, TASK.reward(rows.next_observation))
    assert acting.outcome is Outcome.FAILURE


def test_a_verdict_ends_the_episode_where_it_was_said() -> None:
    acting = episode()
    acting.observe(moment(0))
    acting.act(Choice(STILL, intervened=True))
    assert acting.observe(moment(1), Outcome.SUCCESS)
    rows = acting.take_new()
    assert rows.truncated.tolist() == [True] and rows.intervened.tolist() == [True]
    assert acting.outcome is Outcome.SUCCESS


def test_without_a_verdict_the_task_judges() -> None:
    acting = episode(limit=1)
    acting.observe(moment(0))
    acting.act(Choice(STILL))
    assert acting.observe(moment(1, puck_y=0.1))
    assert acting.outcome is Outcome.SUCCESS


def test_an_episode_that_ends_before_its_first_step_is_discarded() -> None:
    acting = episode()
    assert acting.observe(moment(0), Outcome.SUCCESS)
    assert acting.take_new() is None
    assert acting.outcome is Outcome.DISCARDED


def test_new_transitions_are_given_out_once() -> None:
    acting = episode()
    for step in range(3):
        acting.observe(moment(step))
        acting.act(Choice(STILL))
    assert acting.take_new().step.tolist() == [0, 1]
    assert acting.take_new() is None
    acting.observe(moment(3))
    acting.act(Choice(STILL))
    assert acting.take_new().step.tolist() == [2]


def test_an_action_that_is_not_finite_is_never_commanded() -> None:
    acting = episode()
    acting.observe(moment(0))
    with pytest.raises(AwacError, match="policy version 9 chose the action"):
        acting.act(Choice(np.array([np.nan, 0.0], np.float32), policy_version=9))


def test_while_nobody_acts_nothing_is_recorded_and_the_times_say_how_long() -> None:
    acting = episode(limit=3)
    for step in range(8):
        assert not acting.observe(moment(step))
        if step in (0, 5):
            acting.act(Choice(STILL, intervened=True))
        else:
            assert not acting.hold()[:2].any()
    acting.act(Choice(STILL, intervened=True))
    assert acting.observe(moment(8))
    rows = acting.take_new()
    np.testing.assert_allclose(rows.step_time, [0.0, 0.5, 0.7])
    assert rows.step.tolist() == [0, 1, 2] and rows.truncated.tolist() == [False, False, True]
    for row, step in enumerate((0, 5, 7)):
        np.testing.assert_array_equal(rows.observation[row], TASK.observe(moment(step).world, GOAL))
        np.testing.assert_array_equal(rows.next_observation[row], TASK.observe(moment(step + 1).world, GOAL))


@pytest.mark.parametrize(("rewards", "terminated"), [("task", False), ("person", True)])
def test_a_mark_while_nobody_acts_ends_the_step_before(rewards: str, terminated: bool) -> None:
    acting = episode(rewards=rewards)
    acting.observe(moment(0))
    acting.act(Choice(STILL, intervened=True))
    acting.observe(moment(1))
    acting.hold()
    assert acting.observe(moment(2), Outcome.SUCCESS)
    rows = acting.take_new()
    assert rows.terminated.tolist() == [terminated] and rows.truncated.tolist() == [not terminated]
    np.testing.assert_array_equal(rows.next_observation[0], TASK.observe(moment(1).world, GOAL))


@pytest.mark.parametrize("verdict", [None, *Outcome])
def test_a_persons_rewards_are_those_that_the_same_label_would_give_afterwards(verdict: Outcome | None) -> None:
    acting = episode(limit=3, rewards="person")
    for step in range(3):
        acting.observe(moment(step))
        acting.act(Choice(STILL))
    assert acting.observe(moment(3, puck_y=0.1), verdict)
    rows = acting.take_new()
    expected = judged(rows, acting.outcome)
    for name, column in expected.__dict__.items():
        np.testing.assert_array_equal(getattr(rows, name), column)
    assert acting.sum_of_rewards == rows.reward.sum()
    assert acting.outcome is (verdict or Outcome.FAILURE)
