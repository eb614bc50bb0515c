import dataclasses
import json
import re

import numpy as np
import pytest

from awac_ros.data import Episode, Outcome
from awac_ros.data.data_set import DataSet
from awac_ros.data.survey import disagreements, survey


@pytest.fixture
def data(layout, make_episode):
    episodes = {f"demo_{n}": make_episode(n, 5 + n, Outcome.SUCCESS if n else Outcome.FAILURE) for n in range(3)}
    return DataSet("old.hdf5", layout, episodes, masks={"train": ("demo_0", "demo_2")})


def changed(data, name, **columns):
    episode = data.episodes[name]
    rows = dataclasses.replace(episode.transitions, **columns)
    return data.with_episodes({**data.episodes, name: Episode(rows, episode.outcome)})


def test_the_figures_are_those_of_the_episodes(data, layout):
    found = survey("demos", data)
    sums = [episode.sum_of_rewards for episode in data.episodes.values()]
    assert (found.task, found.layout_hash, found.control_period) == ("sliding", layout.hash, 0.1)
    assert found.observation == {"hand_xy": 2, "height": 1} and found.action == {"hand_velocity_xy": 2}
    assert found.steps == 18 and found.outcomes == {"failure": 1, "success": 2}
    assert (found.length.least, found.length.mean, found.length.greatest) == (5, 6, 7)
    assert found.sum_of_rewards.least == min(sums) and found.sum_of_rewards.greatest == max(sums)
    intervened = sum(episode.transitions.intervened.sum() for episode in data.episodes.values())
    assert found.intervened == pytest.approx(intervened / 18)
    assert found.policy_versions == 2 and found.masks == {"train": 2}
    assert [each["ended"] for each in found.episodes] == ["truncated", "terminated", "terminated"]
    assert found.problems == found.warnings == ()
    assert json.loads(json.dumps(found.to_dict()))["episodes"][0]["name"] == "demo_0"


def test_a_file_without_episodes_has_no_figures(layout):
    found = survey("demos", DataSet("old.hdf5", layout, {}))
    assert found.steps == 0 and found.length is None and found.sum_of_rewards is None


def test_broken_and_repeated_episodes_and_times_that_go_back_are_problems(data):
    times = data.episodes["demo_1"].transitions.step_time.copy()
    times[3] = times[2]
    data = changed(data, "demo_1", step_time=times)
    data = data.with_episodes({**data.episodes, "again": data.episodes["demo_0"]})
    found = survey("demos", dataclasses.replace(data, broken={"demo_9": "old.hdf5: demo_9 lacks a step"}))
    assert found.problems == (
        "old.hdf5: demo_9 lacks a step",
        "old.hdf5: again has the key of demo_0 (actor and episode number)",
        "old.hdf5: demo_1 goes back in time after step 2",
    )


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"next_observation": np.zeros((6, 3))}, "demo_1: the next observation of a step is not the one that follows"),
        ({"step_time": [0, 0.1, 0.2, 0.4, 0.5, 0.6]}, "demo_1: steps lie more than 1.5 control periods .0.15 s. apart"),
        ({"terminated": np.zeros(6, bool)}, "demo_1: its end is marked neither as a termination nor as a cut"),
        ({"action": np.full((6, 2), 0.5)}, "demo_1: its actions never change"),
        ({"action": np.array(3 * [[1, -1], [-1, 1]])}, "33% of the actions' entries stand at a bound"),
    ],
)
def test_what_is_odd_is_a_warning_that_names_the_episode(data, columns, words):
    (warning,) = survey("demos", changed(data, "demo_1", **{name: np.array(v) for name, v in columns.items()})).warnings
    assert warning.startswith("old.hdf5: ")
    assert re.search(words, warning)


def test_the_same_oddity_of_many_episodes_is_one_sentence(data):
    for name in ("demo_0", "demo_2"):
        data = changed(data, name, action=np.full((len(data.episodes[name]), 2), 0.5))
    assert survey("demos", data).warnings == (
        "old.hdf5: demo_0: its actions never change, and 1 more episodes like it",
    )


def test_files_that_can_not_be_used_together_are_told(data, other_layout):
    again = DataSet("copy.hdf5", data.layout, {"demo_7": data.episodes["demo_2"]})
    other = DataSet("lift.hdf5", other_layout, {})
    assert disagreements([data, again]) == ["copy.hdf5: demo_7 is demo_2 of old.hdf5 once more"]
    (sentence,) = disagreements([data, other])
    assert "lift.hdf5 is of task lifting" in sentence and "can't feed the same learner" in sentence
    assert disagreements([data]) == []
    sparse = DataSet("sparse.hdf5", data.layout, {}, rule="sparse")
    assert disagreements([data, sparse]) == [
        "sparse.hdf5 holds rewards by the rule sparse, old.hdf5 by task: awac data relabel makes them the same"
    ]
