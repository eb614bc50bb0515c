import numpy as np
import pytest

from awac_ros.nodes.devices.device import Request
from awac_ros.nodes.devices.keyboard import HeldKeys
from awac_ros.nodes.devices.mapping import KeyboardMapping, load
from awac_ros.nodes.devices.terminal import KeyEvent, Kind
from awac_ros.resources import resource

MAPPING = load(resource("config/teleop_keyboard.yaml"), KeyboardMapping)
FORWARD, LEFT = [1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]


@pytest.fixture
def keys() -> HeldKeys:
    return HeldKeys(MAPPING)


@pytest.fixture
def exact(keys: HeldKeys) -> HeldKeys:
    """Of a terminal that reports releases."""
    keys.put(KeyEvent(Kind.EXACT), 0.0)
    return keys


def deflection(keys: HeldKeys, now: float) -> list | None:
    held = keys.read(now).deflection
    return None if held is None else held.tolist()


def test_in_a_plain_terminal_a_key_is_held_while_it_is_reported(keys: HeldKeys) -> None:
    assert deflection(keys, 0.9) is None
    for now in (1.0, 1.15, 1.3):
        keys.put(KeyEvent(Kind.PRESSED, "w"), now)
        assert deflection(keys, now + 0.14) == FORWARD
    assert deflection(keys, 1.3 + MAPPING.hold + 0.01) is None


def test_a_key_is_held_until_its_release_where_that_is_reported(exact: HeldKeys) -> None:
    exact.put(KeyEvent(Kind.PRESSED, "w"), 1.0)
    assert deflection(exact, 1.6) == FORWARD
    exact.put(KeyEvent(Kind.RELEASED, "w"), 1.61)
    assert deflection(exact, 1.61) is None


def test_the_repeats_of_one_key_keep_the_others_held(exact: HeldKeys) -> None:
    exact.put(KeyEvent(Kind.PRESSED, "w"), 1.0)
    exact.put(KeyEvent(Kind.PRESSED, "a"), 1.1)
    for now in np.arange(1.6, 2.5, 0.1):
        exact.put(KeyEvent(Kind.REPEATED, "a"), float(now))
        assert deflection(exact, float(now)) == [1, 1, 0, 0, 0, 0]
    exact.put(KeyEvent(Kind.RELEASED, "w"), 2.55)
    assert deflection(exact, 2.55) == LEFT


def test_a_key_whose_release_got_lost_is_let_go_when_the_keyboard_falls_silent(exact: HeldKeys) -> None:
    exact.put(KeyEvent(Kind.PRESSED, "w"), 1.0)
    assert deflection(exact, 1.71) is None
    exact.put(KeyEvent(Kind.PRESSED, "w"), 2.0)
    exact.put(KeyEvent(Kind.REPEATED, "w"), 2.5)
    assert deflection(exact, 2.5 + MAPPING.hold + 0.01) is None


def test_a_terminal_that_loses_the_focus_lets_go(exact: HeldKeys) -> None:
    exact.put(KeyEvent(Kind.PRESSED, "w"), 1.0)
    exact.put(KeyEvent(Kind.UNFOCUSED), 1.1)
    assert deflection(exact, 1.1) is None


def test_opposite_keys_and_the_still_key_hold_without_moving(keys: HeldKeys) -> None:
    keys.put(KeyEvent(Kind.PRESSED, "h"), 1.0)
    assert deflection(keys, 1.0) == [0] * 6
    keys.put(KeyEvent(Kind.PRESSED, "up"), 2.0)
    keys.put(KeyEvent(Kind.PRESSED, "s"), 2.0)
    assert deflection(keys, 2.0) == [0] * 6


def test_a_request_is_made_once_however_long_its_key_stays_down(keys: HeldKeys) -> None:
    for now in (1.0, 1.5, 1.53, 1.56):
        keys.put(KeyEvent(Kind.PRESSED, "u"), now)
    assert keys.read(1.6).presses == ((Request.UNDO,),)
    keys.put(KeyEvent(Kind.PRESSED, "u"), 2.5)
    assert keys.read(2.5).presses == ((Request.UNDO,),)


def test_where_releases_are_reported_every_press_counts(exact: HeldKeys) -> None:
    for now in (1.0, 1.2):
        exact.put(KeyEvent(Kind.PRESSED, "y"), now)
        exact.put(KeyEvent(Kind.RELEASED, "y"), now + 0.1)
    assert exact.read(1.3).presses == ((Request.SUCCESS,),) * 2


def test_the_key_that_lets_the_arm_move_by_itself_drives_nothing(exact: HeldKeys) -> None:
    exact.put(KeyEvent(Kind.PRESSED, "g"), 0.0)
    assert exact.read(0.1).allows and exact.read(0.1).deflection is None
    exact.put(KeyEvent(Kind.PRESSED, "w"), 0.1)
    assert exact.read(0.1).allows and deflection(exact, 0.1) == FORWARD
    exact.put(KeyEvent(Kind.RELEASED, "g"), 0.2)
    assert not exact.read(0.2).allows and deflection(exact, 0.2) == FORWARD
