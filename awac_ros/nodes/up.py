"""`awac up`: the processes of a graph, started, watched and ended together, where there is no `ros2 launch`."""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from awac_ros.errors import AwacError
from awac_ros.nodes import middleware
from awac_ros.nodes.description import Graph, Start, Value

_ECHO_PERIOD = 0.2
_SIGNALS = ((signal.SIGINT, 10.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""How processes are asked to end, and how long each word is given, s."""
_ROS_LINE = re.compile(r"^\[(ERROR|FATAL)\] \[[\d.]+\] \[\S+\]: (.*)$")


_PRCTL = ctypes.CDLL(None).prctl
_SET_PARENT_DEATH_SIGNAL = 1


def end_with_parent() -> None:
    """In a new process: end it if the thread that started it is killed, so that no arm goes on without its graph."""
    _PRCTL(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back what ends this process and, in one started inside, what ends that, until it can answer."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Child:
    """One process of the graph, and what it says."""

    def __init__(self, start: Start, folder: Path, environment: Mapping[str, str], within: Sequence[str] = ()) -> None:
        """`within` are words that run the command that follows them somewhere else, such as nsenter's."""
        self.name = start.name
        self.ends_graph = start.ends_graph
        self.log = folder / f"{start.name}.log"
        with self.log.open("ab") as log:
            self._read = log.tell()
            self._begin = self._read
            # A session of its own: Ctrl-C reaches it through us, once, and in order.
            self.process = subprocess.Popen(
                [*within, *command(start)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )

    def new_lines(self) -> list[str]:
        """The whole lines logged since the last call."""
        with self.log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return whole.decode(errors="replace").splitlines()

    def failure(self) -> str | None:
        """Why the process failed, in one sentence; None while it runs or when it ended well."""
        code = self.process.poll()
        if code is None or code == 0:
            return None
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"{self.name} {how}: {self._last_words(code)} (all of it: {self.log})"

    def _last_words(self, code: int) -> str:
        """The error for which a node ended in order, which has code 2; else the last line, such as a traceback's."""
        with self.log.open("rb") as log:
            log.seek(self._begin)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        errors = [match[2] for line in lines if (match := _ROS_LINE.match(line))]
        return ((errors if code == 2 else []) or lines or ["it said nothing"])[-1]


class Session:
    """A running graph; leave the `with` block, or call `stop`, to end it."""

    def __init__(self, starts: list[Start], folder: Path, echo: Callable[[str], None] | None) -> None:
        self._echo = echo
        self.children: list[Child] = []
        environment = node_environment()
        try:
            for start in starts:
                with _signals_held():
                    self.children.append(Child(start, folder, environment))
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def poll(self) -> bool:
        """Whether the graph has done its work; AwacError, naming the node, once one has failed."""
        self._pass_on()
        failures = [failure for child in self.children if (failure := child.failure())]
        if failures:
            self.stop()
            raise AwacError(failures[0])
        ended = [child for child in self.children if child.process.poll() is not None]
        return any(child.ends_graph for child in ended) or len(ended) == len(self.children)

    def wait(self, timeout: float = float("inf")) -> bool:
        """Until the graph has done its work, and stop it, or until `timeout` s have passed; whether it has done it.

        AwacError, naming the node, once one has failed; everything is stopped then.
        """
        deadline = time.monotonic() + timeout
        while not (done := self.poll()) and (left := deadline - time.monotonic()) > 0.0:
            self._await_exit(
                [child for child in self.children if child.process.poll() is None], min(_ECHO_PERIOD, left)
            )
        if done:
            self.stop()
        return done

    def stop(self) -> None:
        """End every process that still runs, the last started first: an actor can deliver to the buffer to the end.

        Each gets SIGINT, then SIGTERM, then SIGKILL; all get SIGKILL where stopping is itself interrupted.
        """
        try:
            for child in reversed(self.children):
                self._end(child)
        except BaseException:
            for child in self.children:
                child.process.kill()
            raise
        self._pass_on()

    def _end(self, child: Child) -> None:
        for number, patience in _SIGNALS:
            deadline = time.monotonic() + patience
            child.process.send_signal(number)
            while child.process.poll() is None and (left := deadline - time.monotonic()) > 0.0:
                self._await_exit([child], min(_ECHO_PERIOD, left))
                self._pass_on()

    def _pass_on(self) -> None:
        for child in self.children:
            lines = child.new_lines()
            if self._echo is not None:
                for line in lines:
                    self._echo(f"[{child.name}] {line}")

    @staticmethod
    def _await_exit(children: list[Child], timeout: float) -> None:
        """Until the first of the children ends, or `timeout` s have passed."""
        handles = [os.pidfd_open(child.process.pid) for child in children]
        try:
            select.select(handles, [], [], timeout)
        finally:
            for handle in handles:
                os.close(handle)


def up(
    graph: Graph, arguments: Mapping[str, Value], log_folder: Path, echo: Callable[[str], None] | None = print
) -> Session:
    """Start the graph's processes; each one's output goes to <log_folder>/<node>.log and, line by line, to `echo`.

    AwacError, and nothing started, for arguments that don't fit.
    """
    starts = graph.plan(arguments)
    log_folder.mkdir(parents=True, exist_ok=True)
    return Session(starts, log_folder, echo)


def command(start: Start) -> list[str]:
    """The command line of one process."""
    words = [sys.executable, "-m", "awac_ros.nodes", start.name, "--ros-args", "--log-level", start.log_level]
    words += ["--params-file", str(start.params_file), "--enclave", enclave(start.name)]
    if start.namespace:
        words += ["-r", f"__ns:=/{start.namespace.strip('/')}"]
    for name, topic in start.remappings.items():
        words += ["-r", f"{name}:={topic}"]
    for name, value in start.parameters.items():
        words += ["-p", f"{name}:={json.dumps(value)}"]  # JSON is YAML, and keeps text apart from numbers
    return words


def enclave(node: str) -> str:
    """Where the node's keys and rights are in an SROS 2 keystore; without ROS_SECURITY_ENABLE it means nothing."""
    return f"/awac/{node}"


def node_environment() -> dict[str, str]:
    """The environment of a node: this one's, with the middleware's settings."""
    return {**os.environ, **middleware.settings(), "PYTHONUNBUFFERED": "1"}
