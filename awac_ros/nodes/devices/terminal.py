"""A terminal as a source of key events, and a line of it as a place to show things.

Plain terminals report a key when it is pressed and then, while it is held, again and again, but never its release.
Those that know kitty's keyboard protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/) report releases as
well when asked to; it is asked for here, and other terminals pass over the question.
"""

from __future__ import annotations

import enum
import os
import re
import select
import shutil
import signal
import sys
import termios
import tty
from dataclasses import dataclass

from awac_ros.errors import AwacError

_ASK, _END = b"\x1b[>11u\x1b[?u\x1b[?1004h", b"\x1b[?1004l\x1b[<u"
"""Report every key as a code, with its releases; say whether you do; report the loss of focus. And the end of that."""
_SEQUENCE = re.compile(rb"\x1b\[([?<=>]?)([\d;:]*)([A-Za-z~])|\x1bO([A-D])")
_UNFINISHED = re.compile(rb"\x1b(?:\[[?<=>\d;:]*|O)?\Z")
_ARROWS = {b"A": "up", b"B": "down", b"C": "right", b"D": "left"}
_NAMES = {9: "tab", 10: "enter", 13: "enter", 27: "escape", 32: "space", 8: "backspace", 127: "backspace"}
_CTRL = 4
NAMED_KEYS = ("up", "down", "left", "right", "enter", "space", "tab", "backspace")
"""Besides the printable characters; a lone escape can't be told from the beginning of another key."""


class Kind(enum.Enum):
    """What happened."""

    PRESSED = 1
    REPEATED = 2
    RELEASED = 3
    UNFOCUSED = 4
    """The terminal lost the focus: it won't report releases any more."""
    EXACT = 5
    """The terminal reports releases."""


@dataclass(frozen=True)
class KeyEvent:
    """One event; `key` is a lower-case character or a name such as up, enter or space."""

    kind: Kind
    key: str = ""


class KeyParser:
    """Bytes of a terminal to key events; a sequence may come in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[KeyEvent]:
        """The events that `data` completes; Ctrl-C is the key ctrl+c."""
        data, events = self._rest + data, []
        place = 0
        while place < len(data):
            if match := _SEQUENCE.match(data, place):
                events += _event(match)
                place = match.end()
            elif _UNFINISHED.match(data, place):
                break
            else:
                if name := _name(data[place]):
                    events.append(KeyEvent(Kind.PRESSED, name))
                place += 1
        self._rest = data[place:]
        return events


class Terminal:
    """The terminal on stdin, from construction to `close` in a state in which keys come one by one, unechoed."""

    def __init__(self) -> None:
        """AwacError where stdin is no terminal."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise AwacError("the keyboard is read from a terminal, and this is none; run awac teleop keyboard in one")
        self._input, self._output = sys.stdin.fileno(), sys.stdout.fileno()
        self._parser = KeyParser()
        self._status = ""
        self._before = termios.tcgetattr(self._input)
        tty.setcbreak(self._input)
        self._write(_ASK)

    def wait(self, timeout: float) -> None:
        """Until a key event may have come, or for `timeout` s."""
        select.select([self._input], [], [], timeout)

    def events(self) -> list[KeyEvent]:
        """Those that have come since the last call; AwacError if the terminal is gone."""
        if not select.select([self._input], [], [], 0.0)[0]:
            return []
        try:
            data = os.read(self._input, 4096)
        except OSError:
            data = b""
        if not data:
            raise AwacError("the terminal is gone, so nobody teleoperates any more")
        events = self._parser.feed(data)
        if any(event == KeyEvent(Kind.PRESSED, "ctrl+c") for event in events):
            signal.raise_signal(signal.SIGINT)
        return events

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self._write(f"\r\x1b[K{sentence}\n{self._status}".encode())

    def show(self, status: str) -> None:
        """The last line, in place of what it was."""
        status = status[: shutil.get_terminal_size().columns - 1]
        if status != self._status:
            self._status = status
            self._write(f"\r\x1b[K{self._status}".encode())

    def close(self) -> None:
        """As it was before."""
        try:
            self._write(_END + b"\n")
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)
        except (OSError, termios.error):
            pass  # the terminal is gone, and its state with it

    def _write(self, data: bytes) -> None:
        os.write(self._output, data)


def _event(match: re.Match[bytes]) -> list[KeyEvent]:
    prefix, parameters, final, arrow = match.groups()
    if arrow:
        return [KeyEvent(Kind.PRESSED, _ARROWS[arrow])]
    if prefix == b"?" and final == b"u":
        return [KeyEvent(Kind.EXACT)] if int(parameters or b"0") & 2 else []
    if final == b"O" and not parameters:
        return [KeyEvent(Kind.UNFOCUSED)]
    fields = [field.split(b":") for field in parameters.split(b";")]
    key = _ARROWS.get(final) or (_name(int(fields[0][0] or b"0")) if final == b"u" else None)
    if prefix or key is None:
        return []
    modifiers = fields[1] if len(fields) > 1 else [b"1"]
    if int(modifiers[0] or b"1") - 1 & _CTRL:
        key = f"ctrl+{key}"
    return [KeyEvent(Kind(int(modifiers[1])) if len(modifiers) > 1 else Kind.PRESSED, key)]


def _name(code: int) -> str | None:
    if code in _NAMES:
        return _NAMES[code]
    return chr(code).lower() if 32 < code < 127 else None
