import numpy as np
import pytest

from awac_ros.data import Outcome
from awac_ros.data.labels import relabel


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_tasks_own_rewards_stay_whatever_the_label(make_episode, outcome: Outcome) -> None:
    before = make_episode(0, 5, Outcome.FAILURE)
    after = relabel(before, outcome, "task")
    assert after.outcome is outcome
    assert after.transitions is before.transitions


def test_a_persons_success_is_worth_0_and_terminates_every_step_before_costs_1(make_episode) -> None:
    rows = relabel(make_episode(0, 4), Outcome.SUCCESS, "person").transitions
    assert rows.reward.tolist() == [-1, -1, -1, 0]
    assert rows.terminated.tolist() == [False, False, False, True]
    assert not rows.truncated.any()


def test_a_success_taken_back_leaves_nothing_of_itself_behind(make_episode) -> None:
    success = relabel(make_episode(0, 4), Outcome.SUCCESS, "person")
    failure = relabel(success, Outcome.FAILURE, "person")
    assert failure.transitions.reward.tolist() == [-1, -1, -1, -1]
    assert not failure.transitions.terminated.any()
    assert failure.transitions.truncated.tolist() == [False, False, False, True]
    again = relabel(failure, Outcome.SUCCESS, "person")
    for name, column in success.transitions.__dict__.items():
        np.testing.assert_array_equal(getattr(again.transitions, name), column)
