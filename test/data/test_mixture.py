import dataclasses
from collections import Counter

import h5py
import numpy as np
import pytest

from awac_ros.data import Transitions, demos, mixture
from awac_ros.data.prior import read_prior
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError


@pytest.fixture
def write(tmp_path):
    """write(text): a data set in YAML."""

    def to(text):
        (tmp_path / "prior.yaml").write_text(text)
        return tmp_path / "prior.yaml"

    return to


@pytest.fixture
def file(tmp_path, layout, make_episode):
    demos.write(tmp_path / "demos.hdf5", layout, [make_episode(number, 3) for number in range(4)])
    return tmp_path / "demos.hdf5"


def counts(rows):
    """How often each episode comes."""
    return Counter(rows.episode[rows.step == 0].tolist())


def test_weights_say_how_often_episodes_come(write, file, layout):
    assert counts(mixture.read(write("sources: [{path: demos.hdf5}]"), layout)) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert counts(mixture.read(write("sources: [{path: demos.hdf5, weight: 3}]"), layout)) == dict.fromkeys(range(4), 3)
    half = counts(mixture.read(write("sources: [{path: demos.hdf5, weight: 0.5}]"), layout))
    assert len(half) == 2 and set(half.values()) == {1}
    assert sorted(counts(mixture.read(write("sources: [{path: demos.hdf5, weight: 1.25}]"), layout)).values()) == [
        1,
        1,
        1,
        2,
    ]


def test_the_same_seed_draws_the_same_episodes(write, file, layout):
    path = write("sources: [{path: demos.hdf5, weight: 0.5}]")
    draws = [tuple(sorted(counts(mixture.read(path, layout, seed=seed)))) for seed in (0, 0, 1, 2, 3)]
    assert draws[0] == draws[1] and len(set(draws)) > 1


def test_sources_of_several_formats_come_one_after_the_other(write, file, tmp_path, layout, make_episode, assert_same):
    stored = make_episode(7, 4, actor_id="b" * 32)
    with TransitionStore(tmp_path / "store.sqlite", layout) as store:
        store.append(stored.transitions)
    with h5py.File(file, "r+") as opened:
        opened["mask/train"] = np.array([b"demo_1", b"demo_3"])
    text = "sources:\n  - {path: store.sqlite}\n  - {path: demos.hdf5, mask: train}\n"
    expected = [stored.transitions, make_episode(1, 3).transitions, make_episode(3, 3).transitions]
    assert_same(mixture.read(write(text), layout), Transitions.concatenate(expected))


def test_sources_of_two_reward_rules_are_refused_and_so_is_another_than_the_wanted(
    write, file, tmp_path, layout, make_episode
):
    demos.write(tmp_path / "sparse.hdf5", layout, [make_episode(9, 3)], rule="sparse")
    with pytest.raises(AwacError, match=r"sparse\.hdf5 holds rewards by the rule sparse, which don't go .* rule task"):
        mixture.read(write("sources: [{path: demos.hdf5}, {path: sparse.hdf5}]"), layout)
    alone = write("sources: [{path: sparse.hdf5}]")
    assert counts(mixture.read(alone, layout)) == counts(mixture.read(alone, layout, "sparse")) == {9: 1}
    with pytest.raises(AwacError, match=r"sparse\.hdf5 holds rewards by the rule sparse"):
        mixture.read(alone, layout, "task")


def test_each_source_has_settings_of_its_own(write, file, tmp_path, layout):
    with h5py.File(tmp_path / "old.h5", "w") as old:
        old["observations"] = np.ones((2, 3))
        old["actions"] = np.full((2, 2), 1.5)
        old["rewards"], old["terminals"], old["timeouts"], old["success"] = [5, 5], [0, 1], [0, 0], [0, 1]
    with pytest.raises(AwacError, match=r"old\.h5: action at row 0 lies outside"):
        mixture.read(write("sources: [{path: old.h5}]"), layout)
    rows = mixture.read(write("sources: [{path: old.h5, clip_actions: true, success_reward: true}]"), layout)
    assert rows.action.max() == 1.0 and rows.reward.tolist() == [-1, 0]


def test_prior_data_may_be_such_a_list(write, file, layout):
    path = write("sources: [{path: demos.hdf5, weight: 2}]")
    assert len(read_prior(path, layout)) == 24
    with pytest.raises(AwacError, match=r"prior\.yaml: mask, clip_actions and success_reward stand with each source"):
        read_prior(path, layout, success_reward=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sources: [", "can't be read as YAML"),
        ("- demos.hdf5", "it must hold the key sources"),
        ("sources: []", "it must hold the key sources"),
        ("sources: [{path: demos.hdf5}]\nseed: 1", "it must hold the key sources"),
        ("sources: [demos.hdf5]", "source 1 must have a path; its other keys are clip_actions, mask"),
        ("sources: [{path: demos.hdf5}, {path: demos.hdf5, wait: 2}]", "source 2: key 'wait' is not known"),
        ("sources: [{path: demos.hdf5, weight: 0}]", "source 1: weight can't be 0"),
        ("sources: [{path: demos.hdf5, weight: yes}]", "source 1: weight can't be True"),
        ("sources: [{path: demos.hdf5, weight: .nan}]", "source 1: weight can't be nan"),
        ("sources: [{path: demos.hdf5, clip_actions: 1}]", "source 1: clip_actions can't be 1"),
        ("sources: [{path: nowhere.hdf5}]", r"source 1: .*nowhere\.hdf5 is not there"),
        ("sources: [{path: demos.hdf5, weight: 0.1}]", "no episode is left"),
        ("sources: [{path: prior.yaml}]", "it is of no known format"),
        ("sources: [{path: !!python/object/apply:os.getcwd []}]", "can't be read as YAML"),
    ],
)
def test_what_does_not_fit_is_named_in_one_sentence(write, file, layout, text, sentence):
    with pytest.raises(AwacError, match=rf"prior\.yaml.*{sentence}") as caught:
        mixture.read(write(text), layout)
    assert "\n" not in str(caught.value)


def test_broken_episodes_and_other_tasks_are_refused(write, file, layout, other_layout, make_episode, tmp_path):
    with pytest.raises(AwacError, match=r"demos\.hdf5 holds data of task sliding .* task lifting"):
        mixture.read(write("sources: [{path: demos.hdf5}]"), other_layout)
    torn = dataclasses.replace(make_episode(9, 3).transitions)[[0, 2]]
    with TransitionStore(tmp_path / "store.sqlite", layout) as store:
        store.append(torn)
    with pytest.raises(AwacError, match=r"store\.sqlite: 01234567_9 lacks 1 of its 3 steps"):
        mixture.read(write("sources: [{path: store.sqlite}]"), layout)
