"""The level of the data is judged by the true last observation of each episode."""

import numpy as np
import pytest

from awac_ros.data import EpisodeBuilder, Outcome
from awac_ros.runs.prior_data import judge
from awac_ros.tasks.pushing import Pushing


def episode(number, distances):
    builder = EpisodeBuilder("a" * 32, number)
    for distance in distances:
        arrived = np.array([0.6, 0, 0.5 + distance, 0, 0, 0, 0.5, 0], np.float32)
        builder.add(np.zeros(8, np.float32), np.zeros(2, np.float32), 0.0, arrived, step_time=0.0)
    return builder.finish(Outcome.FAILURE)


def test_success_at_the_end_and_at_any_time_are_told_apart():
    data = judge(Pushing(), [episode(0, [0.2, 0.01, 0.1]), episode(1, [0.3, 0.05]), episode(2, [0.2])])
    assert (data.episodes, data.steps) == (3, 6)
    assert data.final_success == pytest.approx(1 / 3)
    assert data.any_success == pytest.approx(2 / 3)
    assert data.final_distance == pytest.approx((0.1 + 0.05 + 0.2) / 3)
