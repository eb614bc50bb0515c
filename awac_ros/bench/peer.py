"""Another AWAC in a process of its own, timed block by block between ours."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from awac_ros.errors import AwacError

SCRIPT = Path(__file__).with_name("peer_d3rlpy.py")


@dataclass(frozen=True)
class Sizes:
    """Of networks and batches; every network has the same hidden layers."""

    observation: int
    action: int
    batch: int
    hidden: tuple[int, ...]


class Peer:
    """d3rlpy under another Python; leave the `with` block to end it. AwacError where it can't be run there."""

    def __init__(self, python: Path, sizes: Sizes, threads: int, device: str = "cpu") -> None:
        self._python = python
        try:
            self._process = subprocess.Popen(
                [str(python), str(SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                bufsize=1,
                env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            )
        except OSError as error:
            raise AwacError(f"--peer {python}: can't be run ({error}); name the Python that has d3rlpy") from error
        self.name = self._ask(json.dumps({**asdict(sizes), "threads": threads, "device": device}))

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def seconds(self, updates: int) -> float:
        """How long so many updates took."""
        return float(self._ask(str(updates)))

    def _ask(self, line: str) -> str:
        try:
            self._process.stdin.write(line + "\n")
            answer = self._process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if not answer:
            last = (self._process.communicate()[1].strip().splitlines() or ["it said nothing"])[-1]
            raise AwacError(f"--peer {self._python}: d3rlpy does not run there ({last}); pip install d3rlpy==2.8.1")
        return answer
