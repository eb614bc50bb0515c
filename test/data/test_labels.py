from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from awac_ros.data import Episode, Outcome, demos, edit, formats
from awac_ros.data.labels import RewardRule, relabel
from awac_ros.data.sitting import Sitting


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


def test_where_rewards_are_sparse_a_success_ends_with_0_a_failure_never_has_it_and_ends_stay(make_episode) -> None:
    reached = replace(make_episode(0, 4).transitions, reward=np.array([-1, 0, 0, -1], np.float32))
    success = relabel(Episode(reached, Outcome.FAILURE), Outcome.SUCCESS, "sparse").transitions
    assert success.reward.tolist() == [-1, 0, 0, 0]
    assert relabel(Episode(reached, Outcome.SUCCESS), Outcome.FAILURE, "sparse").transitions.reward.tolist() == [-1] * 4
    np.testing.assert_array_equal(success.terminated, reached.terminated)


@pytest.mark.parametrize("rule", get_args(RewardRule))
@pytest.mark.parametrize("outcome", [Outcome.SUCCESS, Outcome.FAILURE])
def test_a_label_corrected_while_recording_and_one_corrected_in_the_file_give_the_same(
    tmp_path, layout, make_episode, assert_same, rule: RewardRule, outcome: Outcome
) -> None:
    sitting = Sitting(tmp_path / "demos.hdf5", layout, rule)
    sitting.record(make_episode(0, 4))
    before = formats.read(tmp_path / "demos.hdf5")
    sitting.relabel(outcome)
    (recorded,) = demos.read(tmp_path / "demos.hdf5")
    corrected = edit.correct(before, ["demo_0"], outcome).episodes["demo_0"]
    assert recorded.outcome is corrected.outcome is outcome
    assert_same(recorded.transitions, corrected.transitions)
