"""The real-time figures are computed from the transitions as they claim."""

import numpy as np
import pytest

from awac_ros.bench.actor import control_periods, weight_delays
from awac_ros.bench.data import random_transitions
from awac_ros.data import Transitions
from awac_ros.tasks import Pushing


def rows(step_time, step, episode, version) -> Transitions:
    made = random_transitions(Pushing().layout, len(step), seed=0)
    for name, column in (("step_time", step_time), ("step", step), ("episode", episode), ("policy_version", version)):
        object.__setattr__(made, name, np.array(column))
    return made


def test_the_pause_between_two_episodes_is_no_control_period():
    made = rows([0.0, 0.1, 0.25, 9.0, 9.1], [0, 1, 2, 0, 1], [0, 0, 0, 1, 1], [0] * 5)
    assert control_periods(made) == pytest.approx([0.1, 0.15, 0.1])


def test_a_version_counts_from_its_publication_to_the_first_step_it_chose():
    made = rows([0.0, 0.1, 0.2, 0.3], [0, 1, 2, 3], [0] * 4, [1, 1, 2, 2])
    assert weight_delays(made, {2: 0.12}) == pytest.approx([0.08])


def test_a_version_that_a_newer_one_overtook_counts_to_the_newer_ones_first_step():
    made = rows([0.0, 0.1, 0.2], [0, 1, 2], [0] * 3, [1, 1, 3])
    assert weight_delays(made, {2: 0.05, 3: 0.15}) == pytest.approx([0.15, 0.05])


def test_versions_that_waited_for_an_episode_or_never_acted_do_not_count():
    made = rows([0.0, 0.1, 9.0], [0, 1, 0], [0, 0, 1], [1, 1, 2])
    assert len(weight_delays(made, {1: -5.0, 2: 5.0, 3: 9.5})) == 0
