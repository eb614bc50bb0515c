"""A keyboard in a terminal: a key that is held is dead-man and direction in one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from awac_ros.nodes.devices.device import PERIOD, Device, Reading, Request
from awac_ros.nodes.devices.mapping import AXES, KeyboardMapping
from awac_ros.nodes.devices.terminal import KeyEvent, Kind, Terminal

_FIRST_REPEAT = 0.7
"""s: longer than keyboards wait before they begin to repeat a held key."""


class HeldKeys:
    """Which keys count as held, and which requests were made, of the events of a terminal.

    Where the terminal reports releases, a key is held until then, as long as the keyboard goes on repeating it or
    another; elsewhere it is held for `hold` s after each report, so that a tap is a nudge.
    """

    def __init__(self, mapping: KeyboardMapping) -> None:
        self._mapping = mapping
        self._directions = {key: name for name, keys in mapping.keys.items() for key in keys}
        self._requests = {key: Request(name) for name, key in mapping.buttons.items()}
        self._exact = False
        self._until: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._presses: list[tuple[Request, ...]] = []

    def put(self, event: KeyEvent, now: float) -> None:
        """What happened at `now` (monotonic s)."""
        if event.kind is Kind.EXACT:
            self._exact = True
        elif event.kind is Kind.UNFOCUSED:
            self._until.clear()
        elif event.key in self._requests:
            self._ask(event, now)
        elif event.kind is Kind.RELEASED:
            self._until.pop(event.key, None)
        elif event.key in self._directions or event.key in (*self._mapping.still, *self._mapping.allow):
            self._until[event.key] = now + self._mapping.hold
            if self._exact:
                # A keyboard repeats only the key pressed last: its reports stand for all that are held.
                patience = _FIRST_REPEAT if event.kind is Kind.PRESSED else self._mapping.hold
                self._until = dict.fromkeys(self._until, now + patience)

    def read(self, now: float) -> Reading:
        """The hand at `now`."""
        presses, self._presses = tuple(self._presses), []
        held = [key for key, until in self._until.items() if now <= until]
        self._until = {key: self._until[key] for key in held}
        drives = [key for key in held if key not in self._mapping.allow]
        deflection = np.zeros(6)
        for key in drives:
            if name := self._directions.get(key):
                deflection[AXES.index(name[1:])] += 1.0 if name[0] == "+" else -1.0
        return Reading(np.clip(deflection, -1.0, 1.0) if drives else None, presses, allows=len(held) > len(drives))

    def _ask(self, event: KeyEvent, now: float) -> None:
        """Once a press: a plain terminal reports a key that stays down as pressed again and again."""
        last = self._heard.get(event.key, -np.inf)
        self._heard[event.key] = now if event.kind is not Kind.RELEASED else -np.inf
        if event.kind is Kind.PRESSED and (self._exact or now - last > _FIRST_REPEAT):
            self._presses.append((self._requests[event.key],))


class Keyboard(Device):
    """The keyboard of the terminal on stdin."""

    def __init__(self, mapping: KeyboardMapping) -> None:
        """AwacError where stdin is no terminal."""
        self._keys = HeldKeys(mapping)
        self._terminal = Terminal()
        self._terminal.say("Hold a key to move, let go to stop; Ctrl-C ends this.")
        self._terminal.say("  ".join(f"{name}: {'/'.join(keys)}" for name, keys in mapping.keys.items()))
        self._terminal.say("  ".join(f"{name}: {key}" for name, key in mapping.buttons.items()))
        self._terminal.say(f"{'/'.join(mapping.allow)}, held: lets the arm move by itself, where it asks for that")

    def wait(self, spin: Callable[[float], None]) -> None:
        self._terminal.wait(PERIOD)
        spin(0.0)

    def read(self, now: float) -> Reading:
        for event in self._terminal.events():
            self._keys.put(event, now)
        return self._keys.read(now)

    def say(self, sentence: str) -> None:
        self._terminal.say(sentence)

    def show(self, status: str) -> None:
        self._terminal.show(status)

    def close(self) -> None:
        self._terminal.close()
