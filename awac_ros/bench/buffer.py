"""How fast the buffer commits what it is sent and hands it out again, and how much memory it takes meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from awac_msgs.srv import AppendTransitions, PullTransitions
from awac_ros.bench.data import random_transitions
from awac_ros.bench.form import Measure, at_least, at_most, below, plain
from awac_ros.bench.resident import resident_bytes
from awac_ros.data.transitions import COLUMN_TYPES
from awac_ros.errors import AwacError
from awac_ros.nodes.description import Start
from awac_ros.nodes.messages import transitions_from_message, transitions_message
from awac_ros.nodes.up import Session
from awac_ros.resources import resource
from awac_ros.runs.monitor import Monitor, own_namespace
from awac_ros.tasks import Pushing

COUNT = 50_000
SIZES = (1, 200, 500)
"""Transitions in a request: a step in real time, an episode, the most that an actor sends at once."""
SECONDS = 5.0
"""Of each measurement of appending, at most."""
PATIENCE = 10.0
GROWTH = 10.0
"""MB more, at most, with everything stored than with a tenth of it."""
_EVERYTHING = 2**32 - 1


def measure(transitions: int) -> list[Measure]:
    """Append so many, and pull all of them.

    Through the services of a buffer node in a process of its own, on the disk of the folder for temporary files."""
    with TemporaryDirectory(prefix="awac_bench_") as folder, Monitor(own_namespace()) as monitor:
        parameters = {"task": Pushing.name, "store": str(Path(folder) / "store.sqlite")}
        start = Start("buffer", parameters, resource("config/pushing.yaml"), own_namespace(), "warn", True)
        with Session([start], Path(folder), echo=None) as session:
            append = monitor.node.create_client(AppendTransitions, "buffer/append")
            pull = monitor.node.create_client(PullTransitions, "buffer/pull")
            call = _Caller(monitor, session)
            measures = [_append(call, append, size, number) for number, size in enumerate(SIZES)]
            buffer = session.children[0].process.pid
            fill, early = _fill(call, append, transitions, buffer)
            measures += [fill, *_pull(call, pull)]
            growth = (resident_bytes(buffer) - early) / 1e6
            return [
                *measures,
                at_most("resident memory, from a tenth stored to all stored and pulled", growth, "MB", GROWTH),
            ]


class _Caller:
    """Calls services one at a time, and looks after the buffer's process meanwhile."""

    def __init__(self, monitor: Monitor, session: Session) -> None:
        self._monitor = monitor
        self._session = session

    def __call__(self, client: Any, request: Any) -> Any:
        self._wait(client.service_is_ready)
        answer = client.call_async(request)
        self._wait(answer.done)
        reply = answer.result()
        if not reply.success:
            raise AwacError(f"bench buffer: {client.srv_name} refused: {reply.message}")
        return reply

    def _wait(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            self._monitor.spin(0.1)
            if time.monotonic() > deadline:
                self._session.poll()
                raise AwacError(f"bench buffer: no answer within {PATIENCE:.0f} s; measure again on a quieter machine")


def _append(call: _Caller, client: Any, size: int, number: int) -> Measure:
    layout = Pushing().layout
    rows = random_transitions(layout, COUNT, seed=number)
    requests = [
        AppendTransitions.Request(transitions=transitions_message(rows[first : first + size], layout))
        for first in range(0, min(COUNT, 2000 * size), size)
    ]
    call(client, requests.pop())
    start, stored = time.perf_counter(), 0
    for request in requests:
        stored += call(client, request).stored
        if time.perf_counter() - start > SECONDS:
            break
    rate = stored / (time.perf_counter() - start)
    name = f"append and commit, {size} a request"
    return plain(name, rate, "transitions/s") if size == 1 else at_least(name, rate, "transitions/s", 5_000)


def _fill(call: _Caller, client: Any, transitions: int, buffer: int) -> tuple[Measure, int]:
    """The rate over all of them, and the buffer's resident bytes with a tenth stored."""
    layout, size = Pushing().layout, SIZES[-1]
    rows = random_transitions(layout, size, seed=len(SIZES))
    episodes = rows.episode.max() + 1
    start, stored, early = time.perf_counter(), 0, None
    while stored < transitions:
        rows = replace(rows, episode=rows.episode + episodes)
        stored += call(client, AppendTransitions.Request(transitions=transitions_message(rows, layout))).stored
        if early is None and stored >= transitions / 10:
            early = resident_bytes(buffer)
    assert early is not None
    rate = stored / (time.perf_counter() - start)
    return at_least(f"append and commit, {stored:,} in a row", rate, "transitions/s", 5_000), early


def _pull(call: _Caller, client: Any) -> list[Measure]:
    layout = Pushing().layout
    cursor, total, pulled, times = 0, 1, 0, []
    start = time.perf_counter()
    while cursor < total:
        asked = time.perf_counter()
        reply = call(client, PullTransitions.Request(cursor=cursor, limit=_EVERYTHING))
        times.append(time.perf_counter() - asked)
        cursor, total = reply.next_cursor, reply.total
        rows = transitions_from_message(reply.transitions, layout)
        pulled += sum(getattr(rows, name).nbytes for name in COLUMN_TYPES if name != "actor_id")
    rate = pulled / 1e6 / (time.perf_counter() - start)
    page = pulled / len(times) / 1e3
    return [
        at_least("pull, until arrays of numbers", rate, "MB/s", 100),
        below(f"pull of {page:.0f} KB, p50", 1e3 * np.median(times), "ms", 5),
        plain(f"pull of {page:.0f} KB, p99", 1e3 * np.percentile(times, 99), "ms"),
    ]
