from collections.abc import Iterator

import numpy as np
import pytest

from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.kinematics import NEUTRAL
from awac_ros.arms.reach import LINEAR_SPEED, Reach

PUCK = np.array([0.6, 0.2, 0.06])


@pytest.fixture
def arm() -> Iterator[BulletArm]:
    arm = BulletArm()
    arm.reset(np.array([0.6, -0.1, 0.06]), PUCK)
    yield arm
    arm.close()


def go(arm: BulletArm, reach: Reach, seconds: float) -> np.ndarray:
    """The tip's positions (N, 3) on the way."""
    positions, end = [], arm.state().time + seconds
    while not reach.arrived and not reach.stuck(arm.state()):
        assert arm.state().time < end
        arm.follow(reach.twist(arm.state()))
        positions.append(arm.state().p_base_tip)
    return np.array(positions)


def test_the_way_leads_up_across_and_down_slowly(arm: BulletArm) -> None:
    goal = np.array([0.55, 0.1, 0.06])
    reach = Reach(arm.state(), goal)
    way = go(arm, reach, 20.0)
    assert reach.arrived and reach.progress == 1.0
    np.testing.assert_allclose(arm.state().p_base_tip, goal, atol=0.005)
    across = (np.abs(way[:, 1] + 0.1) > 0.01) & (np.abs(way[:, 1] - 0.1) > 0.01)
    assert way[across, 2].min() > 0.14
    speed = np.linalg.norm(np.diff(way, axis=0), axis=1) / arm.inner_period
    assert np.percentile(speed, 95) < 1.2 * LINEAR_SPEED


def test_neutral_is_a_posture_too(arm: BulletArm) -> None:
    reach = Reach.neutral(arm.state(), arm.kinematics)
    go(arm, reach, 30.0)
    assert reach.arrived
    np.testing.assert_allclose(arm.state().joint_position, NEUTRAL, atol=0.05)


def test_a_goal_that_the_limits_forbid_is_given_up(arm: BulletArm) -> None:
    reach = Reach(arm.state(), np.array([0.9, 0.0, 0.06]))
    go(arm, reach, 30.0)
    assert not reach.arrived and 0.0 < reach.progress < 1.0
