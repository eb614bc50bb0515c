"""Kill -9 in the middle of writing: what was promised is there, whole, and writing goes on.

A killed process stands in for a power cut. It shows that no moment leaves a file half written; that what was promised
had left the page cache is what fsync is for, which no kill can test.
"""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from awac_ros.bench.form import Measure, at_least, at_most
from awac_ros.errors import AwacError
from awac_ros.soak.effort import Effort
from awac_ros.soak.writers import WRITERS, Writer

_LIFE = 0.1
"""s that a writer lives at most after its first promise, in which it writes one to some tens of records."""
_FRESH_AFTER = 25
"""Kills after which a new folder is begun, so that reading all of it stays quick."""


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Kill writers of every kind at random moments."""
    measures = []
    for kind in WRITERS:
        rng = np.random.default_rng([seed, len(kind.name)])
        promised, lost = _kill_many(kind, effort.writers_killed, rng, folder)
        measures += [
            at_least(f"{kind.name}: writers killed", effort.writers_killed, "kills", 1),
            at_least(f"{kind.name}: records promised", promised, "records", 1),
            at_most(f"{kind.name}: promised records lost, doubled or damaged", lost, "records", 0),
        ]
    return measures


def _kill_many(kind: type[Writer], kills: int, rng: np.random.Generator, folder: Path) -> tuple[int, int]:
    """(records promised, of those not found as they should be)"""
    total = lost = there = 0
    place = folder
    for kill in range(kills):
        if kill % _FRESH_AFTER == 0:
            place = folder / f"{kind.name}_{kill}"
            place.mkdir()
            there = 0
        promised = _write_until_killed(kind, place, there, rng.uniform(0.0, _LIFE))
        total += promised - there
        try:
            found = kind(place).whole(promised)
        except AwacError:
            found = -1
        # The record under way when the kill came may be there as well, and nothing beyond it.
        lost += not promised <= found <= promised + 1
        there = max(found, 0)
    return total, lost


def _write_until_killed(kind: type[Writer], place: Path, first: int, life: float) -> int:
    """Let a process write records from number `first` on, and kill it; how many the folder is promised to hold."""
    here, there = multiprocessing.Pipe(duplex=False)
    writer = multiprocessing.get_context("fork").Process(target=_write, args=(kind, place, first, there))
    writer.start()
    there.close()
    promised = first
    try:
        promised = here.recv()
        time.sleep(life)
    finally:
        writer.kill()
        writer.join()
    try:
        while True:
            promised = here.recv()
    except EOFError:
        return promised


def _write(kind: type[Writer], place: Path, first: int, promises: Connection) -> None:
    writer = kind(place)
    number = first
    while True:
        writer.write(number)
        number += 1
        promises.send(number)
