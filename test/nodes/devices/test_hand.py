import numpy as np
import pytest

from awac_ros.nodes.devices.device import Reading
from awac_ros.nodes.devices.hand import Hand
from awac_ros.nodes.devices.mapping import Motion

HELD, UP = Reading(np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])), Reading()
FORWARD = [0.2, 0.0, 0.0, 0.0, 0.0, 0.0]


@pytest.fixture
def hand() -> Hand:
    return Hand(Motion(speed=0.2, turn_speed=0.5, frame="base", heading=0.0))


def test_a_dead_man_let_go_is_one_zero_and_then_nothing(hand: Hand) -> None:
    assert hand.twist(UP, 0.0) is None
    assert hand.twist(HELD, 0.1).tolist() == FORWARD
    assert hand.twist(UP, 0.2).tolist() == [0.0] * 6
    assert hand.twist(UP, 0.3) is None


@pytest.mark.parametrize("reason", ["arm/stop was called", ""])
def test_a_dead_man_held_through_a_stop_counts_once_it_was_let_go(hand: Hand, reason: str) -> None:
    hand.twist(HELD, 0.0)
    hand.arm_stopped = reason
    assert hand.twist(HELD, 0.1).tolist() == [0.0] * 6
    assert "the arm is stopped" in hand.trouble
    assert hand.twist(HELD, 0.2) is None
    hand.arm_stopped = None
    assert hand.twist(HELD, 0.3) is None and hand.trouble is None
    hand.twist(UP, 0.4)
    assert hand.twist(HELD, 0.5).tolist() == FORWARD


def test_one_let_go_during_the_stop_may_be_taken_after_it(hand: Hand) -> None:
    hand.arm_stopped = "arm/stop was called"
    hand.twist(HELD, 0.0)
    hand.twist(UP, 0.1)
    hand.arm_stopped = None
    assert hand.twist(HELD, 0.2).tolist() == FORWARD


def test_directions_of_a_tip_that_is_no_longer_seen_are_not_followed() -> None:
    hand = Hand(Motion(speed=0.2, turn_speed=0.5, frame="tip", heading=0.0))
    assert hand.twist(HELD, 0.0) is None and "tip_pose is silent" in hand.trouble
    hand.see_tip(np.array([0.0, 0.0, 0.0, 1.0]), 1.0)
    assert hand.twist(HELD, 1.1).tolist() == FORWARD
    assert hand.twist(HELD, 1.3).tolist() == [0.0] * 6
