"""Gradient updates a second on a GPU, beside another AWAC on the same one, and what its kernels take of the time."""

from __future__ import annotations

import json
import tempfile
from contextlib import nullcontext
from pathlib import Path
from statistics import median

import torch
from torch.profiler import ProfilerActivity, profile

from awac_ros.bench.form import Measure, at_least, plain
from awac_ros.bench.peer import Peer, Sizes
from awac_ros.bench.subject import GYM, HAND, make_trainer, seconds
from awac_ros.learning.trainer import Trainer

REPEATS = 5
UPDATES, PEER_UPDATES = 1_000, 50
"""Of one repeat; after as many that do not count."""
RATIO_TARGET = 10.0
"""To an eager peer at the size of the hands' tasks."""
_WORK = ("kernel", "gpu_memcpy", "gpu_memset")
"""What the profiler calls a GPU's work."""


def measure(peer: Path | None) -> list[Measure]:
    """Medians over the repeats, ours and the peer's in turn, minibatches included on our side alone."""
    measures = []
    for name, sizes in (("gym", GYM), ("hand", HAND)):
        measures += _rates(f"{name} size, {torch.cuda.get_device_name()}", sizes, name == "hand", peer)
    return measures


def _rates(words: str, sizes: Sizes, judged: bool, peer: Path | None) -> list[Measure]:
    trainer = make_trainer(sizes, 1, "cuda")
    ours, theirs = [], []
    with nullcontext() if peer is None else Peer(peer, sizes, 1, "cuda:0") as other:
        for _ in range(REPEATS + 1):
            ours.append(seconds(lambda: trainer.update(UPDATES)) / UPDATES)
            if other is not None:
                theirs.append(other.seconds(PEER_UPDATES) / PEER_UPDATES)
    measures = [
        plain(words, 1.0 / median(ours[1:]), "updates/s"),
        plain(f"{words}, kernels' share of the time", _share_of_kernels(trainer), "%"),
    ]
    if other is not None:
        ratio = median(theirs[1:]) / median(ours[1:])
        measures.append(plain(f"{words}, {other.name}", 1.0 / median(theirs[1:]), "updates/s"))
        ratio_words = f"{words}, ratio to it"
        measures.append(at_least(ratio_words, ratio, "x", RATIO_TARGET) if judged else plain(ratio_words, ratio, "x"))
    return measures


def _share_of_kernels(trainer: Trainer) -> float:
    """%: how much of the time at least one kernel or copy was at work on the GPU."""
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        trainer.update(100)
        torch.cuda.synchronize()
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        profiler.export_chrome_trace(str(trace))
        events = json.loads(trace.read_bytes())["traceEvents"]
    spans = sorted((event["ts"], event["ts"] + event["dur"]) for event in events if event.get("cat") in _WORK)
    busy, end = 0.0, spans[0][0]
    for start, stop in spans:
        busy += max(stop - max(start, end), 0.0)
        end = max(end, stop)
    return 100.0 * busy / (end - spans[0][0])
