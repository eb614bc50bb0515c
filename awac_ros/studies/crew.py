"""The processes of a study: one for each piece of work, so many at a time, watched and ended together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from awac_ros.studies.rows import Row, read_rows

_POLL = 0.2
"""s between two looks at the processes."""
_THREADS = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS")}
_PRCTL = ctypes.CDLL(None).prctl
_SET_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True)
class Job:
    """One process: `python -m awac_ros.studies <arguments>`."""

    name: str
    """What it is called to people."""
    arguments: tuple[str, ...]
    log: Path
    rows: Path
    """Where its evaluations appear, if it makes any."""


Event = Row | Literal["started", "finished", "failed"]
"""What is heard of a job; a Row is a new evaluation."""


def work(jobs: Sequence[Job], at_once: int, tell: Callable[[Job, Event], None]) -> list[str]:
    """Do all jobs, `at_once` at a time; the failures, a sentence each.

    A job that fails leaves the others at work. An exception, Ctrl-C among them, ends every process; each can go on
    from its checkpoint.
    """
    waiting, running, failures = list(jobs), [], []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.pop(0)
                running.append(_Process(job))
                tell(job, "started")
            time.sleep(_POLL)
            for process in list(running):
                ended = process.ended
                for row in process.new_rows():
                    tell(process.job, row)
                if ended:
                    running.remove(process)
                    failed = process.failures()
                    failures += failed
                    tell(process.job, "failed" if failed else "finished")
    finally:
        for process in running:
            process.end()
    return failures


class _Process:
    def __init__(self, job: Job) -> None:
        self.job = job
        self._told = len(read_rows(job.rows))
        job.log.parent.mkdir(parents=True, exist_ok=True)
        with job.log.open("ab") as log:
            self._begin = log.tell()
            # A session of its own: Ctrl-C reaches it through us, once.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "awac_ros.studies", *job.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **_THREADS},
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def new_rows(self) -> list[Row]:
        """The evaluations since the last call; those that are made again after a restart are not new."""
        rows = read_rows(self.job.rows)
        new = rows[self._told :]
        self._told = max(self._told, len(rows))
        return new

    def failures(self) -> list[str]:
        """Why it failed; empty where it ended well."""
        code = self._process.returncode
        if code == 0:
            return []
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        text = self.job.log.read_bytes()[self._begin :].decode(errors="replace")
        lines = [line for line in text.splitlines() if line.strip()] or ["it said nothing"]
        return [f"{self.job.name} {how}: {lines[-1]} (all of it: {self.job.log})"]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def _end_with_parent() -> None:
    """In a new process: end it if the one that started it is killed, so that the same command can go on."""
    _PRCTL(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
