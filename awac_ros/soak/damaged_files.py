"""Damaged files: a clear sentence each time, or what was written; no hang, no crash, nothing executed."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import resource
import shutil
import sys
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.errors import AwacError
from awac_ros.soak.effort import Effort
from awac_ros.soak.mutation import mutate, mutate_json
from awac_ros.soak.readers import READERS, Reader

_PATIENCE = 30.0
"""s for one file; a good one takes a tenth at most."""
_MEMORY = 16 * 2**30
"""Bytes of address space: a size read from a damaged file must not take the machine with it."""
_EXECUTING = {
    *("pickle.find_class", "os.system", "os.exec", "os.fork", "os.posix_spawn", "subprocess.Popen", "socket.connect")
}
"""Audit events (PEP 578) that reading a file never needs."""

_READ, _REFUSED, _UNCLEAR, _EXECUTED, _CRASHED, _HUNG = "read", "refused", "unclear", "executed", "crashed", "hung"


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Read `effort.files_mutated` damaged files; those that were not refused clearly are kept in `folder`."""
    results: Counter[str] = Counter()
    for number, reader in enumerate(READERS):
        share = effort.files_mutated // len(READERS) + 1
        results += _read_many(reader, share, [seed, number], folder / f"{number}_{reader.name}")
    return [
        at_least("damaged files read", results.total(), "files", effort.files_mutated),
        at_least("refused in one sentence", results[_REFUSED], "files", 1),
        plain("read as written, or as a file that could have been", results[_READ], "files"),
        at_most("refused in other words (a traceback)", results[_UNCLEAR], "files", 0),
        at_most("that executed something", results[_EXECUTED], "files", 0),
        at_most("that crashed the reader", results[_CRASHED], "files", 0),
        at_most(f"that took longer than {_PATIENCE:.0f} s", results[_HUNG], "files", 0),
    ]


def _read_many(reader: Reader, count: int, seed: list[int], folder: Path) -> Counter[str]:
    """The results of `count` damaged files, read in a process that may be lost."""
    good = folder / "good"
    good.mkdir(parents=True)
    reader.make(good)
    results: Counter[str] = Counter()
    while (done := results.total()) < count:
        here, there = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(
            target=_read_on, args=(reader, range(done, count), seed, folder, there)
        )
        process.start()
        there.close()
        results += _listen(here, count - done, folder)
        process.kill()
        process.join()
    return results


def _listen(answers: Connection, expected: int, folder: Path) -> Counter[str]:
    results: Counter[str] = Counter()
    while results.total() < expected:
        try:
            if not answers.poll(_PATIENCE):
                results[_HUNG] += 1
                _keep(folder, "hung")
                break
            result = answers.recv()
        except EOFError:
            results[_CRASHED] += 1
            _keep(folder, "crashed")
            break
        results[result] += 1
    return results


def _keep(folder: Path, word: str) -> None:
    """The file that was being read, and what became of it."""
    number = next(number for number in itertools.count() if not (folder / f"kept_{number}").exists())
    shutil.copytree(folder / "damaged", folder / f"kept_{number}")
    (folder / f"kept_{number}" / "why.txt").write_text(word)


def _read_on(reader: Reader, numbers: range, seed: list[int], folder: Path, answers: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # rcl logs what it also raises
    executed: list[str] = []

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _EXECUTING:
            executed.append(event)

    sys.addaudithook(listen)
    place, content = folder / "damaged", (folder / "good" / reader.file).read_bytes()
    for number in numbers:
        rng = np.random.default_rng([*seed, number])
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(folder / "good", place)
        change = mutate_json if reader.is_json and rng.random() < 0.5 else mutate
        (place / reader.file).write_bytes(change(content, rng))
        result, word = _judge(reader, place)
        if executed:
            result, word = _EXECUTED, ", ".join(executed)
            executed.clear()
        if result in (_UNCLEAR, _EXECUTED):
            _keep(folder, word)
        answers.send(result)


def _judge(reader: Reader, place: Path) -> tuple[str, str]:
    try:
        reader.read(place)
    except AwacError as error:
        return (_REFUSED, "") if "\n" not in str(error) else (_UNCLEAR, f"several lines: {error}")
    except Exception as error:  # noqa: BLE001
        return _UNCLEAR, repr(error)
    return _READ, ""
