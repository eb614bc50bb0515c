"""What the machine itself allows: a loop that does nothing but sleep to its deadlines, at the actor's precedence."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.connection import Connection

import numpy as np

from awac_ros.nodes.priority import take_precedence
from awac_ros.nodes.rate import Deadlines


class BareLoop:
    """Runs in a process of its own while the `with` block lasts; `periods` are there once it has ended.

    The block begins when the loop does, however long its process takes to start.
    """

    periods: np.ndarray
    """(N,) s between two deadlines as they were met."""

    def __init__(self, period: float) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(target=_loop, args=(other, period), daemon=True)

    def __enter__(self) -> BareLoop:
        self._process.start()
        self._connection.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.send(None)
        self.periods = np.diff(self._connection.recv())
        self._process.join()


def _loop(connection: Connection, period: float) -> None:
    take_precedence()
    connection.send(None)
    deadlines = Deadlines(period, time.monotonic())
    met: list[float] = []
    while not connection.poll():
        deadlines.worked(time.monotonic())
        time.sleep(max(deadlines.left(time.monotonic()), 0.0))
        met.append(time.monotonic())
        deadlines.met(met[-1])
    connection.send(met)
