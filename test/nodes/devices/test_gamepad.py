"""A gamepad that SDL itself provides: virtual hardware, read through the real library."""

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from awac_ros.nodes.devices.device import Request
from awac_ros.nodes.devices.gamepad import Gamepad
from awac_ros.nodes.devices.mapping import JoystickMapping, load
from awac_ros.resources import resource

SDL_JOYSTICK_TYPE_GAMECONTROLLER = 1
SHOULDER, A = 9, 0
LEFT_X, LEFT_Y = 0, 1


class Virtual:
    """SDL's virtual joystick, in the very copy of SDL that pygame has loaded."""

    def __init__(self) -> None:
        loaded = re.findall(r"\S*/libSDL2-2\S*", Path("/proc/self/maps").read_text())
        self._sdl = ctypes.CDLL(loaded[0])
        self._sdl.SDL_JoystickOpen.restype = ctypes.c_void_p
        self._number = self._sdl.SDL_JoystickAttachVirtual(SDL_JOYSTICK_TYPE_GAMECONTROLLER, 6, 15, 0)
        self._joystick = ctypes.c_void_p(self._sdl.SDL_JoystickOpen(self._number))

    def axis(self, number: int, value: float) -> None:
        self._sdl.SDL_JoystickSetVirtualAxis(self._joystick, number, ctypes.c_int16(round(32767 * value)))

    def button(self, number: int, down: bool) -> None:
        self._sdl.SDL_JoystickSetVirtualButton(self._joystick, number, ctypes.c_uint8(down))

    def unplug(self) -> None:
        self._sdl.SDL_JoystickClose(self._joystick)
        self._sdl.SDL_JoystickDetachVirtual(self._number)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def gamepad(said: list[str]) -> Iterator[Gamepad]:
    gamepad = Gamepad(load(resource("config/teleop_gamepad.yaml"), JoystickMapping), said.append)
    yield gamepad
    gamepad.close()


def test_a_gamepad_may_come_late_and_go_and_come_back(gamepad: Gamepad, said: list[str]) -> None:
    assert "no gamepad is there" in gamepad.read(0.0).trouble
    for _ in range(2):
        pad = Virtual()
        assert gamepad.read(0.0).trouble is None
        pad.button(SHOULDER, True)
        pad.axis(LEFT_Y, -1.0)
        np.testing.assert_array_equal(gamepad.read(0.0).deflection, [1, 0, 0, 0, 0, 0])
        pad.unplug()
        gone = gamepad.read(0.0)
        assert gone.deflection is None and "no gamepad is there" in gone.trouble
    assert [sentence.split(" is ")[1] for sentence in said] == ["followed", "gone"] * 2


def test_left_and_up_are_positive_and_buttons_mark(gamepad: Gamepad) -> None:
    pad = Virtual()
    gamepad.read(0.0)
    pad.button(SHOULDER, True)
    pad.axis(LEFT_X, 1.0)
    pad.button(A, True)
    reading = gamepad.read(0.0)
    np.testing.assert_array_equal(reading.deflection, [0, -1, 0, 0, 0, 0])
    assert reading.presses == ((Request.SUCCESS,),)
    pad.button(SHOULDER, False)
    assert gamepad.read(0.0).deflection is None
    pad.unplug()
