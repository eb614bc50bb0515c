import dataclasses

import numpy as np
import pytest

from awac_ros.data import Outcome, Transitions, demos
from awac_ros.data.data_set import DataSet, assemble, key_of, write_demos
from awac_ros.errors import AwacError

OTHER = "fedcba9876543210fedcba9876543210"


def rows(*episodes):
    return Transitions.concatenate(episode.transitions for episode in episodes)


def test_transitions_in_any_order_become_their_episodes(make_episode, assert_same):
    first, second = make_episode(0, steps=6), make_episode(1, steps=4, actor_id=OTHER)
    mixed = rows(second, first)[np.random.default_rng(0).permutation(10)]
    whole, broken = assemble(mixed, {key_of(first): Outcome.SUCCESS}, "store")
    assert set(whole) == {"01234567_0", "fedcba98_1"} and not broken
    assert_same(whole["01234567_0"].transitions, first.transitions)
    assert_same(whole["fedcba98_1"].transitions, second.transitions)
    assert [whole[name].outcome for name in sorted(whole)] == [Outcome.SUCCESS, Outcome.UNKNOWN]


def test_actors_that_begin_alike_are_told_apart(make_episode):
    alike = "01234567" + 24 * "f"
    whole, _ = assemble(rows(make_episode(0), make_episode(0, actor_id=alike)), {}, "store")
    assert sorted(whole) == ["0123456789abcdef0123456789abcdef_0", f"{alike}_0"]


def test_an_episode_that_is_not_whole_is_named_with_what_it_lacks(make_episode):
    holes = make_episode(0, steps=9).transitions[[0, 1, 4, 5, 8]]
    twice = make_episode(1, steps=3).transitions[[0, 1, 1, 2]]
    ended = make_episode(2, steps=4, outcome=Outcome.FAILURE).transitions
    ended = dataclasses.replace(ended, truncated=np.array([False, True, False, True]))
    whole, broken = assemble(Transitions.concatenate([holes, twice, ended]), {}, "store.sqlite")
    assert not whole
    assert list(broken.values()) == [
        "store.sqlite: 01234567_0 lacks 4 of its 9 steps (2, 3, 6, 7)",
        "store.sqlite: 01234567_1 has a step twice",
        "store.sqlite: 01234567_2 goes on after step 1, which is marked as its end",
    ]


def test_no_transition_is_no_episode(layout):
    assert assemble(Transitions.empty(layout), {}, "store") == ({}, {})


def test_a_data_set_is_written_with_its_masks(tmp_path, layout, make_episode, assert_same):
    episodes = {f"e{number}": make_episode(number) for number in range(3)}
    data = DataSet("old", layout, episodes, masks={"train": ("e0", "e2"), "valid": ("e1",)})
    write_demos(tmp_path / "new.hdf5", data)
    read, whole, broken = demos.scan(tmp_path / "new.hdf5")
    assert read == layout and not broken
    for (name, episode), number in zip(whole.items(), range(3), strict=True):
        assert name == f"demo_{number}"
        assert_same(episode.transitions, episodes[f"e{number}"].transitions)


def test_masks_keep_only_the_episodes_that_are_left(layout, make_episode):
    episodes = {f"e{number}": make_episode(number) for number in range(3)}
    data = DataSet("old", layout, episodes, masks={"train": ("e0", "e2"), "valid": ("e1",)})
    assert data.with_episodes({"e2": episodes["e2"]}).masks == {"train": ("e2",)}


def test_broken_episodes_are_refused_by_name(layout, make_episode):
    data = DataSet("old", layout, {"e0": make_episode()}, broken={"e1": "old: e1 lacks a step", "e2": "old: e2 too"})
    with pytest.raises(AwacError, match=r"old: e1 lacks a step \(1 more like it\); awac data import --skip-broken"):
        data.unbroken()
    assert dataclasses.replace(data, broken={}).unbroken().episodes == data.episodes
