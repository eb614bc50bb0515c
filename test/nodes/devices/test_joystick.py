import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.nodes.devices.device import Request
from awac_ros.nodes.devices.joystick import LONG_PRESS, Joystick
from awac_ros.nodes.devices.mapping import JoystickMapping, load
from awac_ros.resources import resource

GAMEPAD = load(resource("config/teleop_gamepad.yaml"), JoystickMapping)
SPACEMOUSE = load(resource("config/teleop_spacemouse.yaml"), JoystickMapping)
SHOULDER, RIGHT_SHOULDER, A, B, Y, START = 9, 10, 0, 1, 3, 6
MIDDLE = [0.0] * 6


def buttons(*down: int) -> list[int]:
    return [int(number in down) for number in range(15)]


@pytest.fixture
def gamepad() -> Joystick:
    gamepad = Joystick(GAMEPAD, timeout=0.25)
    gamepad.put(MIDDLE, buttons(), 0.0)
    return gamepad


def test_without_the_dead_man_the_stick_moves_nothing(gamepad: Joystick) -> None:
    gamepad.put([1.0] * 6, buttons(), 0.1)
    assert gamepad.read(0.1).deflection is None
    gamepad.put([0.0, 1.0, 0.0, 0.0, 0.0, 0.0], buttons(SHOULDER), 0.2)
    np.testing.assert_array_equal(gamepad.read(0.2).deflection, [1, 0, 0, 0, 0, 0])


def test_the_dead_zone_is_taken_out_smoothly(gamepad: Joystick) -> None:
    gamepad.put([0.09, -0.55, 0.0, 0.0, 0.0, 0.0], buttons(SHOULDER), 0.1)
    np.testing.assert_allclose(gamepad.read(0.1).deflection, [-0.5, 0, 0, 0, 0, 0], atol=1e-9)


def test_a_dead_man_that_is_down_when_the_joystick_appears_counts_only_once_it_was_up() -> None:
    gamepad = Joystick(GAMEPAD, timeout=0.25)
    gamepad.put(MIDDLE, buttons(SHOULDER, A), 0.0)
    assert gamepad.read(0.0).deflection is None and gamepad.read(0.0).presses == ()
    gamepad.put(MIDDLE, buttons(), 0.1)
    gamepad.put(MIDDLE, buttons(SHOULDER), 0.2)
    assert gamepad.read(0.2).deflection is not None


def test_what_lets_the_arm_move_by_itself_drives_nothing_and_counts_only_once_it_was_up() -> None:
    gamepad = Joystick(GAMEPAD, timeout=0.25)
    gamepad.put([1.0] * 6, buttons(RIGHT_SHOULDER), 0.0)
    assert not gamepad.read(0.0).allows
    gamepad.put(MIDDLE, buttons(), 0.1)
    gamepad.put([1.0] * 6, buttons(RIGHT_SHOULDER), 0.2)
    assert gamepad.read(0.2).allows and gamepad.read(0.2).deflection is None
    assert not gamepad.read(0.5).allows, "silence lets go"
    mouse = Joystick(SPACEMOUSE, timeout=0.25)
    mouse.put(MIDDLE, [1, 1], 0.0)
    assert not mouse.read(0.0).allows


def test_silence_lets_go_and_a_return_needs_the_dead_man_anew(gamepad: Joystick) -> None:
    gamepad.put(MIDDLE, buttons(SHOULDER), 1.0)
    assert gamepad.read(1.25).deflection is not None
    assert gamepad.read(1.26).deflection is None and gamepad.silent
    gamepad.put(MIDDLE, buttons(SHOULDER), 2.0)
    assert gamepad.read(2.0).deflection is None


def test_a_button_means_its_request_once_a_press(gamepad: Joystick) -> None:
    for now in (0.1, 0.12, 0.14):
        gamepad.put(MIDDLE, buttons(START), now)
    assert gamepad.read(0.15).presses == ((Request.START,),)
    assert gamepad.read(0.16).presses == ()
    gamepad.put(MIDDLE, buttons(), 0.2)
    gamepad.put(MIDDLE, buttons(START), 0.3)
    assert gamepad.read(0.3).presses == ((Request.START,),)


def test_a_request_that_needs_a_long_press_is_not_made_by_a_short_one(gamepad: Joystick) -> None:
    gamepad.put(MIDDLE, buttons(Y), 1.0)
    gamepad.put(MIDDLE, buttons(), 1.2)
    assert gamepad.read(1.2).presses == ()
    gamepad.put(MIDDLE, buttons(Y), 2.0)
    gamepad.put(MIDDLE, buttons(Y), 2.01 + LONG_PRESS)
    assert gamepad.read(2.01 + LONG_PRESS).presses == ((Request.UNDO,),)
    assert gamepad.read(2.02 + LONG_PRESS).presses == ()


def test_a_button_with_a_long_and_a_short_meaning_tells_them_apart() -> None:
    mouse = Joystick(SPACEMOUSE, timeout=0.25)
    mouse.put(MIDDLE, [0, 0], 0.0)
    mouse.put(MIDDLE, [1, 0], 1.0)
    assert mouse.read(1.0).presses == ()
    mouse.put(MIDDLE, [0, 0], 1.1)
    assert mouse.read(1.1).presses == ((Request.START, Request.SUCCESS),)
    mouse.put(MIDDLE, [1, 0], 1.2)
    mouse.put(MIDDLE, [1, 0], 1.21 + LONG_PRESS)
    assert mouse.read(1.21 + LONG_PRESS).presses == ((Request.UNDO,),)


def test_a_cap_out_of_the_middle_is_the_dead_man_itself() -> None:
    mouse = Joystick(SPACEMOUSE, timeout=0.25)
    mouse.put(MIDDLE, [], 0.0)
    mouse.put([0.05] * 6, [], 0.1)
    assert mouse.read(0.1).deflection is None
    mouse.put([0.55, 0, 0, 0, 0, -1.0], [], 0.2)
    np.testing.assert_allclose(mouse.read(0.2).deflection, [0.5, 0, 0, 0, 0, -1.0])


def test_buttons_that_a_message_leaves_out_stay_as_they_were() -> None:
    mouse = Joystick(SPACEMOUSE, timeout=10.0)
    mouse.put(MIDDLE, [], 0.0)
    mouse.put(MIDDLE, [0, 1], 0.1)
    mouse.put(MIDDLE, [], 0.2)
    assert mouse.read(0.2).presses == ()
    mouse.put(MIDDLE, [], 0.11 + LONG_PRESS)
    assert mouse.read(0.11 + LONG_PRESS).presses == ((Request.DISCARD,),)


@pytest.mark.parametrize(
    ("axes", "sentence"), [([np.nan, 0, 0, 0], "not finite"), ([0.0, 0.0], "names axis 3, but the joystick has 2 axes")]
)
def test_a_joystick_that_does_not_fit_is_refused(gamepad: Joystick, axes: list, sentence: str) -> None:
    with pytest.raises(AwacError, match=sentence):
        gamepad.put(axes, buttons(SHOULDER), 0.1)
