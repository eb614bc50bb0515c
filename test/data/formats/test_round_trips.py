"""What every format that can be written promises."""

import dataclasses
import uuid

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awac_ros.data import Episode, Field, Layout, Outcome, formats
from awac_ros.data.data_set import DataSet
from awac_ros.errors import AwacError

WRITABLE = [kind for kind in formats.FORMATS.values() if kind.can_write]


@pytest.fixture(params=WRITABLE, ids=lambda kind: kind.name)
def kind(request):
    return request.param


def test_a_round_trip_loses_nothing(kind, tmp_path, data, assert_same_episodes):
    assert kind.cannot_hold(data) == []
    kind.write(tmp_path / "new", data)
    found = formats.find_format(tmp_path / "new")
    assert found is kind or {found.name, kind.name} == {"demos", "robomimic"}
    assert_same_episodes(formats.read(tmp_path / "new"), data)
    assert [item.name for item in tmp_path.iterdir()] == ["new"]


def test_vectors_of_one_entry_come_back_too(kind, tmp_path, other_layout, make_episode, assert_same_episodes):
    rows = make_episode(0, steps=4).transitions
    narrow = {name: getattr(rows, name)[:, :1] for name in ("observation", "action", "next_observation")}
    data = DataSet("old", other_layout, {"e0": Episode(dataclasses.replace(rows, **narrow), Outcome.FAILURE)})
    kind.write(tmp_path / "new", data)
    assert_same_episodes(formats.read(tmp_path / "new"), data)


def test_masks_are_kept_or_said_to_be_lost(kind, tmp_path, data):
    data = dataclasses.replace(data, masks={"train": ("e0", "e2"), "valid": ("e1",)})
    kind.write(tmp_path / "new", data)
    if kind.has_masks:
        assert kind.cannot_hold(data) == []
        read = formats.read(tmp_path / "new")
        assert read.masks == {"train": ("demo_0", "demo_2"), "valid": ("demo_1",)}
        (only,) = formats.read(tmp_path / "new", formats.ReadOptions(mask="valid")).episodes
        assert only == "demo_1"
        with pytest.raises(AwacError, match="new has no mask test; its masks: train, valid"):
            formats.read(tmp_path / "new", formats.ReadOptions(mask="test"))
    else:
        assert kind.cannot_hold(data) == ["the masks train, valid"]
        with pytest.raises(AwacError, match=f"new: the format {kind.name} has no masks"):
            formats.read(tmp_path / "new", formats.ReadOptions(mask="valid"))


def test_what_is_lost_is_what_is_said_to_be_lost(kind, tmp_path, data, assert_same_episodes):
    """An end without a mark, and a next observation of its own, in two episodes."""
    marked = data.episodes["e1"].transitions
    open_end = dataclasses.replace(marked, terminated=np.zeros(5, bool), truncated=np.zeros(5, bool))
    torn = data.episodes["e2"].transitions
    torn = dataclasses.replace(torn, next_observation=torn.next_observation + np.float32(1.0))
    changed = {"e1": Episode(open_end, Outcome.FAILURE), "e2": Episode(torn, Outcome.DISCARDED)}
    odd = data.with_episodes({**data.episodes, **changed})
    kind.write(tmp_path / "new", odd)
    lost = kind.cannot_hold(odd)
    if not lost:
        assert_same_episodes(formats.read(tmp_path / "new"), odd)
        return
    expected = dict(odd.episodes)
    if kind.name == "d4rl":
        (sentence,) = lost
        assert "1 episodes end neither terminated nor truncated" in sentence
        truncated = np.array([False] * 4 + [True])
        expected["e1"] = Episode(dataclasses.replace(open_end, truncated=truncated), Outcome.FAILURE)
    else:
        (sentence,) = lost
        assert kind.name == "minari" and "7 next observations" in sentence
        follow = np.concatenate((torn.observation[1:], torn.next_observation[-1:]))
        expected["e2"] = Episode(dataclasses.replace(torn, next_observation=follow), Outcome.DISCARDED)
    assert_same_episodes(formats.read(tmp_path / "new"), odd.with_episodes(expected))


def test_what_is_there_already_is_not_written_over(kind, tmp_path, data):
    (tmp_path / "new").write_text("mine")
    with pytest.raises(AwacError, match="new is there already"):
        kind.write(tmp_path / "new", data)
    assert (tmp_path / "new").read_text() == "mine"


def test_a_write_that_fails_leaves_nothing(kind, tmp_path, data):
    def interrupt(items, doing):
        yield next(iter(items))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kind.write(tmp_path / "new", data, interrupt)
    assert list(tmp_path.iterdir()) == []


def test_data_of_another_task_are_refused(kind, tmp_path, data, other_layout):
    kind.write(tmp_path / "new", data)
    with pytest.raises(AwacError, match="new holds data of task sliding .* task lifting"):
        formats.read(tmp_path / "new", formats.ReadOptions(layout=other_layout))


def test_another_task_than_the_files_own_is_refused(kind, tmp_path, data):
    kind.write(tmp_path / "new", data)
    assert formats.read(tmp_path / "new", formats.ReadOptions(task="sliding")).layout == data.layout
    with pytest.raises(AwacError, match="new holds data of task sliding, not of Walker2d-v5"):
        formats.read(tmp_path / "new", formats.ReadOptions(task="Walker2d-v5"))


def test_rewards_that_have_a_rule_are_not_made_of_successes_unnoticed(kind, tmp_path, data):
    kind.write(tmp_path / "new", data)
    with pytest.raises(AwacError, match="new: its rewards have a rule of their own; leave success_reward away"):
        formats.read(tmp_path / "new", formats.ReadOptions(success_reward=True))


def test_a_wanted_layout_that_is_the_files_own_is_taken(kind, tmp_path, data, layout):
    kind.write(tmp_path / "new", data)
    same = Layout(layout.task, tuple(map(copy, layout.observation)), tuple(map(copy, layout.action)), 0.1)
    assert formats.read(tmp_path / "new", formats.ReadOptions(layout=same)).layout == layout


@settings(deadline=None, max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck))
@given(which=st.floats(0, 1, exclude_max=True), where=st.floats(0, 1, exclude_max=True), cut=st.booleans())
def test_damage_is_one_sentence_or_does_no_harm(kind, tmp_path, data, which, where, cut):
    folder = tmp_path / uuid.uuid4().hex
    folder.mkdir()
    kind.write(folder / "new", data)
    files = sorted(each for each in (folder / "new", *(folder / "new").rglob("*")) if each.is_file())
    file = files[int(which * len(files))]
    content = bytearray(file.read_bytes())
    at = int(where * len(content))
    content[at:] = b"" if cut else b"\xff" * min(16, len(content) - at) + content[at + 16 :]
    file.write_bytes(content)
    try:
        read = formats.read(folder / "new")
    except AwacError as error:
        assert "new" in str(error) and "\n" not in str(error)
    else:
        for name, episode in read.episodes.items():
            episode.transitions.check(read.layout, name)


def copy(field):
    return Field(field.name, field.unit, field.frame, field.low, field.high)


@pytest.mark.parametrize("name", ["store", "run"])
def test_a_format_that_is_only_read_says_so(name, tmp_path, data):
    with pytest.raises(AwacError, match=f"new: the format {name} is only read here"):
        formats.FORMATS[name].write(tmp_path / "new", data)
    assert not list(tmp_path.iterdir())
