"""Somebody at a terminal in which `awac` runs: a real one, but for the person."""

from __future__ import annotations

import fcntl
import os
import pty
import subprocess
import sys
import termios

REPORTS_RELEASES = b"\x1b[?11u"
"""What a terminal answers that reports the releases of keys."""


def pressed(key: str) -> bytes:
    """A key's press, as a terminal that reports releases sends it."""
    return f"\x1b[{ord(key)}u".encode()


def repeated(key: str) -> bytes:
    """A key's repetition, while it is held."""
    return f"\x1b[{ord(key)};1:2u".encode()


def released(key: str) -> bytes:
    """A key's release."""
    return f"\x1b[{ord(key)};1:3u".encode()


class Typist:
    """Types into the terminal and reads its screen; leave the `with` block, or call `close`, to end it."""

    def __init__(self, *words: str) -> None:
        """`words` follow `awac`."""
        self._master, terminal = pty.openpty()
        self._settings = termios.tcgetattr(self._master)
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from awac_ros.cli import app; app()", *words],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)
        os.set_blocking(self._master, False)
        self._seen = b""

    def __enter__(self) -> Typist:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def type(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def screen(self) -> str:
        """Everything that was shown so far."""
        try:
            while data := os.read(self._master, 65536):
                self._seen += data
        except OSError:  # nothing new, or nobody there any more
            pass
        return self._seen.decode()

    @property
    def restored(self) -> bool:
        """Whether the terminal is set as it was at the beginning."""
        return termios.tcgetattr(self._master) == self._settings

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)
