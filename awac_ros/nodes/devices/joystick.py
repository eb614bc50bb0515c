"""Axes and buttons, however they come, read as a person's hand; it knows no ROS and no hardware."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from awac_ros.errors import AwacError
from awac_ros.nodes.devices.device import Reading, Request
from awac_ros.nodes.devices.mapping import AXES, DEFLECTION, JoystickMapping

LONG_PRESS = 0.8
"""s."""


class Joystick:
    """The state of a joystick; silence and loss let go of everything.

    A dead-man or an allowance that is down when the joystick appears, or comes back, counts only once it has been up.
    """

    def __init__(self, mapping: JoystickMapping, timeout: float) -> None:
        """`timeout`: s of silence after which nothing counts as held."""
        self._mapping = mapping
        self._timeout = timeout
        self._axes: Sequence[float] = ()
        self._buttons: list[int] = []
        self._received: float | None = None
        self._ready = self._allow_ready = False
        self._down_since: dict[int, float] = {}
        self._presses: list[tuple[Request, ...]] = []

    def put(self, axes: Sequence[float], buttons: Sequence[int], now: float) -> None:
        """The newest state: axes in [-1, 1], buttons 0 or 1; buttons that it does not list stay as they were.

        AwacError if it is not finite, or without an axis that the mapping names.
        """
        if not np.isfinite(axes).all():
            raise AwacError(f"the joystick's axes are not finite: {list(axes)}; check its driver")
        if (highest := max(self._mapping.axes.values(), default=-1)) >= len(axes):
            raise AwacError(f"the mapping names axis {highest}, but the joystick has {len(axes)} axes; correct axes")
        appears = self._received is None
        before, self._buttons = self._buttons, [*buttons, *self._buttons[len(buttons) :]]
        self._axes, self._received = axes, now
        if not appears:
            for number, (was, is_) in enumerate(zip([*before, *[0] * len(buttons)], self._buttons, strict=False)):
                if is_ and not was:
                    self._press(number, now)
                elif was and not is_:
                    self._release(number)
        self._ready |= not self._dead_man()
        self._allow_ready |= not self._allows()

    def lost(self) -> None:
        """The joystick is gone."""
        self._axes, self._buttons, self._received = (), [], None
        self._ready = self._allow_ready = False
        self._down_since.clear()

    def read(self, now: float) -> Reading:
        """The hand at `now` (monotonic s)."""
        if self._received is not None and now - self._received > self._timeout:
            self.lost()
        for number, since in list(self._down_since.items()):
            if now - since >= LONG_PRESS:
                del self._down_since[number]
                self._presses.append(self._meanings(number, long=True))
        presses, self._presses = tuple(self._presses), []
        held = self._ready and self._received is not None and self._dead_man()
        return Reading(self._deflection() if held else None, presses, self._allow_ready and self._allows())

    @property
    def silent(self) -> bool:
        """Whether nothing is known of the joystick."""
        return self._received is None

    def _dead_man(self) -> bool:
        if self._mapping.dead_man == DEFLECTION:
            return bool(self._deflection().any())
        return self._is_down(self._mapping.dead_man)

    def _allows(self) -> bool:
        return self._mapping.allow is not None and self._is_down(self._mapping.allow)

    def _is_down(self, number: int) -> bool:
        return number < len(self._buttons) and bool(self._buttons[number])

    def _deflection(self) -> np.ndarray:
        """(6,) with the dead zone taken out, so that it begins at 0."""
        deflection, deadzone = np.zeros(6), self._mapping.deadzone
        for name, number in self._mapping.axes.items():
            value = float(np.clip(self._axes[number], -1.0, 1.0)) * (-1.0 if name in self._mapping.inverted else 1.0)
            deflection[AXES.index(name)] = np.sign(value) * max(abs(value) - deadzone, 0.0) / (1.0 - deadzone)
        return deflection

    def _meanings(self, number: int, long: bool) -> tuple[Request, ...]:
        names = [name for name, button in self._mapping.buttons.items() if button == number]
        return tuple(Request(name) for name in names if (name in self._mapping.long) == long)

    def _press(self, number: int, now: float) -> None:
        """At once, unless a long press of this button means something too."""
        if self._meanings(number, long=True):
            self._down_since[number] = now
        elif meanings := self._meanings(number, long=False):
            self._presses.append(meanings)

    def _release(self, number: int) -> None:
        if self._down_since.pop(number, None) is not None and (meanings := self._meanings(number, long=False)):
            self._presses.append(meanings)
