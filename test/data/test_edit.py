import dataclasses

import numpy as np
import pytest

from awac_ros.data import Episode, Outcome, edit
from awac_ros.data.data_set import DataSet, key_of
from awac_ros.errors import AwacError


@pytest.fixture
def make_data(layout, make_episode):
    def make(numbers=range(3), source="old.hdf5", outcomes=(Outcome.SUCCESS,), steps=10, **more):
        episodes = {
            f"demo_{place}": make_episode(number, steps, outcomes[place % len(outcomes)])
            for place, number in enumerate(numbers)
        }
        return DataSet(source, layout, episodes, **more)

    return make


def test_merged_data_hold_every_episode_once_and_say_what_was_left_out(make_data):
    made = edit.merge([make_data([0, 1], "a.hdf5"), make_data([1, 2], "b.hdf5")])
    assert list(made.episodes) == ["a.hdf5: demo_0", "a.hdf5: demo_1", "b.hdf5: demo_1"]
    assert [key_of(episode)[1] for episode in made.episodes.values()] == [0, 1, 2]
    assert made.remarks == ("b.hdf5: 1 of its episodes came before and are left out",)


def test_masks_of_one_name_become_one(make_data):
    parts = [
        make_data([0, 1], "a", masks={"train": ("demo_0",), "valid": ("demo_1",)}),
        make_data([2], "b", masks={"train": ("demo_0",)}),
    ]
    assert edit.merge(parts).masks == {"train": ("a: demo_0", "b: demo_0"), "valid": ("a: demo_1",)}


def test_two_versions_of_an_episode_are_not_merged(make_data):
    one = make_data([0, 1], "a.hdf5")
    other = edit.correct(make_data([1], "b.hdf5"), ["demo_0"], Outcome.FAILURE)
    with pytest.raises(AwacError, match=r"b\.hdf5: demo_0 is another version of a\.hdf5: demo_1"):
        edit.merge([one, other])


def test_data_of_two_tasks_are_not_merged(make_data, other_layout):
    other = DataSet("b.hdf5", other_layout, {})
    with pytest.raises(AwacError, match=r"b\.hdf5 holds data of task lifting"):
        edit.merge([make_data(), other])


def test_data_of_two_reward_rules_are_not_merged_and_those_of_one_keep_it(make_data):
    one, other = make_data([0], "a.hdf5", rule="person"), make_data([1], "b.hdf5")
    with pytest.raises(AwacError, match=r"b\.hdf5 holds rewards by the rule task, which don't go with .* person"):
        edit.merge([one, other])
    assert edit.merge([one, make_data([1], "b.hdf5", rule="person")]).rule == "person"


def test_a_split_gives_both_masks_each_outcome_in_its_share(make_data):
    data = make_data(range(20), outcomes=(Outcome.SUCCESS, Outcome.FAILURE))
    made = edit.split(data, 0.8, seed=1)
    assert sorted(made.masks["train"] + made.masks["valid"]) == sorted(data.episodes)
    for mask, each in (("train", 8), ("valid", 2)):
        outcomes = [data.episodes[name].outcome for name in made.masks[mask]]
        assert outcomes.count(Outcome.SUCCESS) == outcomes.count(Outcome.FAILURE) == each
    assert edit.split(data, 0.8, seed=1).masks == made.masks != edit.split(data, 0.8, seed=2).masks


def test_a_split_that_leaves_one_side_empty_is_refused(make_data):
    with pytest.raises(AwacError, match=r"old\.hdf5: of 3 episodes none would be left for valid"):
        edit.split(make_data(), 1.0, seed=0)


def test_trimming_leaves_the_middle_and_makes_its_end_a_cut(make_data, assert_same):
    data = make_data([7])
    trimmed = edit.trim(data, first=2, last=3, idle=0.0).episodes["demo_0"].transitions
    before = data.episodes["demo_0"].transitions[2:7]
    assert trimmed.step.tolist() == [0, 1, 2, 3, 4]
    assert trimmed.truncated.tolist() == [False, False, False, False, True]
    assert not trimmed.terminated.any()
    assert len(set(trimmed.actor_id.tolist())) == 1 and trimmed.actor_id[0] != before.actor_id[0]
    kept = {"truncated": before.truncated, "step": before.step, "actor_id": before.actor_id}
    assert_same(dataclasses.replace(trimmed, **kept), before)


def test_trimming_idle_steps_stops_at_the_first_that_moves(make_data):
    data = make_data([7], outcomes=(Outcome.FAILURE,))
    rows = data.episodes["demo_0"].transitions
    action = np.full_like(rows.action, 0.01)
    action[[3, 6], 1] = -0.5
    data = data.with_episodes({"demo_0": Episode(dataclasses.replace(rows, action=action), Outcome.FAILURE)})
    trimmed = edit.trim(data, first=0, last=0, idle=0.1).episodes["demo_0"].transitions
    np.testing.assert_array_equal(trimmed.observation, rows.observation[3:7])


def test_an_episode_that_loses_nothing_stays_itself(make_data):
    data = make_data([7])
    assert edit.trim(data, 0, 0, 0.0).episodes["demo_0"] is data.episodes["demo_0"]


def test_what_would_leave_nothing_of_an_episode_is_refused_by_name(make_data):
    with pytest.raises(AwacError, match=r"old\.hdf5: demo_0: nothing of its 10 steps would be left"):
        edit.trim(make_data(), first=6, last=4, idle=0.0)


def test_a_corrected_label_follows_the_datas_own_rule_and_no_other_episode_changes(make_data):
    data = make_data([0, 1], steps=3, outcomes=(Outcome.SUCCESS, Outcome.FAILURE), rule="person")
    made = edit.correct(data, ["demo_0"], Outcome.FAILURE)
    assert made.episodes["demo_0"].outcome is Outcome.FAILURE and made.rule == "person" and made.remarks == ()
    assert made.episodes["demo_0"].transitions.reward.tolist() == [-1, -1, -1]
    assert made.episodes["demo_1"] is data.episodes["demo_1"]


def test_rewards_that_measure_something_else_stay(make_data):
    data = make_data([0])
    corrected = edit.correct(data, ["demo_0"], Outcome.FAILURE)
    assert corrected.remarks == (
        "old.hdf5: its rewards do not say success, so they stay; see awac data relabel --reward person",
    )
    made = corrected.episodes["demo_0"]
    assert made.outcome is Outcome.FAILURE and made.transitions is data.episodes["demo_0"].transitions


def test_a_label_for_an_episode_that_is_not_there_is_refused(make_data):
    with pytest.raises(AwacError, match=r"old\.hdf5 has no episode 'demo_9'; the first ones are demo_0, demo_1"):
        edit.correct(make_data(), ["demo_9"], Outcome.SUCCESS)
    broken = make_data(broken={"demo_9": "old.hdf5: demo_9 lacks 2 steps"})
    with pytest.raises(AwacError, match=r"old\.hdf5: demo_9 lacks 2 steps"):
        edit.correct(broken, ["demo_9"], Outcome.SUCCESS)
