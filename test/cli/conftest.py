"""The `awac` command as a process of its own."""

from __future__ import annotations

import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PATIENCE = 120.0
_END = ""
"""After the last line."""


class AwacProcess:
    """A running command, and what it says."""

    def __init__(self, words: tuple[str, ...], folder: Path) -> None:
        self._said: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from awac_ros.cli import app; app()", *words],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._new: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        return "".join(self._said)

    def page(self) -> str:
        """The address of the operator's page that it prints."""
        while not (found := re.search(r"the operator's page: (\S+)", line := self._new.get(timeout=PATIENCE))):
            assert line != _END, self.said
        return found[1]

    def interrupt(self) -> None:
        """As Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> str:
        """Wait until it has ended well; what it said."""
        assert self._process.wait(PATIENCE) == 0, self.said
        self._reader.join()
        return self.said

    def _listen(self) -> None:
        for line in self._process.stdout:
            self._said.append(line)
            self._new.put(line)
        self._new.put(_END)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)


@pytest.fixture
def awac_process(tmp_path: Path) -> Iterator[Callable[..., AwacProcess]]:
    """awac_process(*words): the command, started in tmp_path and ended with the test."""
    started: list[AwacProcess] = []

    def start(*words: str) -> AwacProcess:
        started.append(AwacProcess(words, tmp_path))
        return started[-1]

    yield start
    for process in started:
        process.close()
