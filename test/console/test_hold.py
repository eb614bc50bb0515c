import numpy as np

from awac_ros.console.hold import Hold, towards

EAST = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
STILL = np.zeros(6)


def test_what_is_held_is_said_again_and_again() -> None:
    hold = Hold(timeout=0.2)
    assert hold.drive("a", EAST, 0.0)
    for now in (0.0, 0.1, 0.2):
        np.testing.assert_array_equal(hold.twist(now), EAST)


def test_after_letting_go_zero_is_said_once_and_then_nothing() -> None:
    hold = Hold(timeout=0.2)
    hold.drive("a", EAST, 0.0)
    hold.twist(0.0)
    hold.release("a")
    np.testing.assert_array_equal(hold.twist(0.05), STILL)
    assert hold.twist(0.1) is None


def test_silence_is_letting_go() -> None:
    hold = Hold(timeout=0.2)
    hold.drive("a", EAST, 0.0)
    hold.twist(0.0)
    np.testing.assert_array_equal(hold.twist(0.21), STILL)
    assert hold.twist(0.22) is None


def test_a_second_page_drives_only_when_the_first_has_let_go() -> None:
    hold = Hold(timeout=0.2)
    hold.drive("a", EAST, 0.0)
    assert not hold.drive("b", -EAST, 0.1)
    np.testing.assert_array_equal(hold.twist(0.1), EAST)
    hold.release("b")
    assert hold.holder(0.1) == "a"
    hold.release("a")
    assert hold.drive("b", -EAST, 0.1)


def test_control_that_is_kept_holds_the_arm_still_and_shuts_other_pages_out() -> None:
    hold = Hold(timeout=0.2)
    assert hold.keep("a") and not hold.keep("b") and not hold.drive("b", EAST, 0.0)
    for now in (0.0, 9.0):
        np.testing.assert_array_equal(hold.twist(now), STILL)
    hold.give_back("a")
    assert hold.twist(9.1) is None
    assert hold.drive("b", EAST, 9.1)


def test_a_lost_page_holds_nothing_and_says_whether_it_had_control() -> None:
    hold = Hold(timeout=0.2)
    hold.drive("a", EAST, 0.0)
    hold.twist(0.0)
    assert not hold.lose("a")
    np.testing.assert_array_equal(hold.twist(0.01), STILL)
    hold.keep("b")
    assert hold.lose("b") and hold.keeper is None and hold.twist(0.02) is None


def test_a_dragged_handle_is_followed_level_and_no_faster_than_allowed() -> None:
    tip = np.array([0.6, 0.0, 0.06])
    np.testing.assert_allclose(towards(tip, tip + [0.01, 0.0, 0.3], gain=4.0, speed=0.2), [0.04, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(towards(tip, tip + [0.3, 0.4, 0.0], gain=4.0, speed=0.2), [0.12, 0.16, 0, 0, 0, 0])
    np.testing.assert_array_equal(towards(tip, tip, gain=4.0, speed=0.2), STILL)


def test_when_it_ends_what_is_held_is_let_go() -> None:
    hold = Hold(timeout=1.0)
    hold.drive("a", EAST, 0.0)
    hold.twist(0.0)
    hold.end()
    assert not hold.twist(0.0).any() and hold.twist(0.0) is None


def test_any_page_lets_the_arm_move_by_itself_until_it_lets_go_falls_silent_or_is_lost() -> None:
    hold = Hold(timeout=0.2)
    assert not hold.allows(0.0)
    hold.allow("a", True, 0.0)
    hold.allow("b", True, 0.1)
    assert hold.allows(0.25) and not hold.allows(0.35)
    hold.allow("b", True, 0.4)
    hold.allow("b", False, 0.45)
    assert not hold.allows(0.45)
    hold.allow("a", True, 0.5)
    hold.lose("a")
    assert not hold.allows(0.5)


def test_who_drives_lets_the_arm_move_and_who_only_keeps_control_does_not() -> None:
    hold = Hold(timeout=0.2)
    hold.keep("a")
    assert not hold.allows(0.0)
    hold.drive("a", EAST, 0.0)
    assert hold.allows(0.1)
