"""A gamepad plugged into this machine, read through SDL, which numbers the parts of every make alike."""

from __future__ import annotations

import os
from collections.abc import Callable

from awac_ros.errors import AwacError
from awac_ros.nodes.devices.device import Device, Reading
from awac_ros.nodes.devices.joystick import Joystick
from awac_ros.nodes.devices.mapping import JoystickMapping

# SDL reads these when it starts: no window, no sound, no signal handlers, and the gamepad counts without the focus.
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_JOYSTICK_ALLOW_BACKGROUND_EVENTS", "1")
os.environ.setdefault("SDL_NO_SIGNAL_HANDLERS", "1")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

try:
    import pygame
    from pygame._sdl2 import controller
except ImportError as error:
    raise AwacError(f"a gamepad is read through pygame ({error}); install it: pip install pygame-ce") from error

_AXES, _BUTTONS = 6, 15
"""Of SDL's game controllers: sticks x, y twice and two triggers; A, B, X, Y, Back, Guide, Start and so on."""
_FULL = 32767
_TIMEOUT = 0.25
_POLL = 0.01
"""s between two looks."""


class Gamepad(Device):
    """Follows the first gamepad there is; one that is unplugged may come back."""

    def __init__(self, mapping: JoystickMapping, log: Callable[[str], None]) -> None:
        self._log = log
        self._joystick = Joystick(mapping, _TIMEOUT)
        self._controller: controller.Controller | None = None
        pygame.display.init()  # SDL's events need it
        controller.init()
        pygame.event.set_blocked(None)

    def wait(self, spin: Callable[[float], None]) -> None:
        spin(_POLL)

    def read(self, now: float) -> Reading:
        pygame.event.pump()
        if self._controller is not None and not self._controller.attached():
            self._log(f"{self._controller.name} is gone")
            self._controller = None
            self._joystick.lost()
        if self._controller is None:
            self._find()
        if self._controller is None:
            return Reading(trouble="no gamepad is there; plug one in, or switch it on")
        try:
            self._joystick.put(self._axes(), self._buttons(), now)
        except AwacError as error:
            self._joystick.lost()
            return Reading(trouble=str(error))
        return self._joystick.read(now)

    def say(self, sentence: str) -> None:
        self._log(sentence)

    def close(self) -> None:
        controller.quit()
        pygame.display.quit()

    def _find(self) -> None:
        for number in range(pygame.joystick.get_count()):
            if controller.is_controller(number):
                self._controller = controller.Controller(number)
                self._log(f"{self._controller.name} is followed")
                return

    def _axes(self) -> list[float]:
        """In [-1, 1]; up and left are positive, as in ROS and unlike SDL."""
        assert self._controller is not None
        return [-self._controller.get_axis(number) / _FULL for number in range(_AXES)]

    def _buttons(self) -> list[int]:
        assert self._controller is not None
        return [int(self._controller.get_button(number)) for number in range(_BUTTONS)]
