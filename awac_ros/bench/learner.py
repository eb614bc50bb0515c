"""Gradient updates a second at the sizes that other AWACs were measured at, drawing the minibatches included."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median

import numpy as np
import torch

from awac_ros.bench import learner_gpu
from awac_ros.bench.data import random_transitions
from awac_ros.bench.form import Measure, at_least, below, plain
from awac_ros.bench.peer import Peer, Sizes
from awac_ros.bench.subject import GYM, HAND, ROWS, make_trainer, seconds
from awac_ros.learning.policy import Policy
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing

REPEATS = 10
UPDATES = {"pushing": 100, "gym": 50, "hand": 10}
"""Of one repeat; after as many that do not count."""
RATIO_TARGETS = {("gym", 1): 1.7, ("gym", 2): 2.0, ("hand", 1): 1.4, ("hand", 2): 1.5}
"""To the fastest of rlkit, CORL and d3rlpy, by size and threads."""
SHARE_TARGET = 80.0
DECISIONS = 10_000


def measure(peer: Path | None) -> list[Measure]:
    """Medians over the repeats, those of one size interleaved; with one thread and with as many as there are cores."""
    cores = len(os.sched_getaffinity(0))
    measures = [plain("pushing, 1 thread, hindsight included", _pushing(), "updates/s")]
    for name, sizes in (("gym", GYM), ("hand", HAND)):
        for threads in sorted({1, cores}):
            measures += _rates(name, sizes, threads, peer)
    if torch.cuda.is_available():
        measures += learner_gpu.measure(peer)
    return measures + [_beside_a_busy_process(), *_inference()]


def flops(sizes: Sizes) -> float:
    """Of the matrix products in one update: 2 policy passes and 3 of each critic forward, 1 of each backward."""

    def products(inputs: int, outputs: int, forward: int) -> int:
        widths = (inputs, *sizes.hidden, outputs)
        layers = [rows * columns for rows, columns in zip(widths, widths[1:], strict=False)]
        # Backward: one product for each layer's weights, and one for the inputs of each layer but the first.
        return (forward + 1) * sum(layers) + sum(layers[1:])

    policy = products(sizes.observation, sizes.action, forward=2)
    critics = 2 * products(sizes.observation + sizes.action, 1, forward=3)
    return 2.0 * sizes.batch * (policy + critics)


def _rates(name: str, sizes: Sizes, threads: int, peer: Path | None) -> list[Measure]:
    words = f"{name} size, {threads} thread{'s' * (threads > 1)}"
    count, trainer = UPDATES[name], make_trainer(sizes, threads)
    left, right = torch.randn(sizes.batch, sizes.hidden[0]), torch.randn(sizes.hidden[0], sizes.hidden[0])
    product = torch.empty(sizes.batch, sizes.hidden[0])
    product_flops = 2.0 * sizes.batch * sizes.hidden[0] ** 2
    products = round(count * flops(sizes) / product_flops / 10)

    def multiply() -> None:
        for _ in range(products):
            torch.mm(left, right, out=product)

    ours, theirs, gemm = [], [], []
    with nullcontext() if peer is None else Peer(peer, sizes, threads) as other:
        for _ in range(REPEATS + 1):
            ours.append(seconds(lambda: trainer.update(count)))
            gemm.append(seconds(multiply))
            if other is not None:
                theirs.append(other.seconds(count))
    rate = count / median(ours[1:])
    sgemm = products * product_flops / median(gemm[1:])
    share = 100.0 * rate * flops(sizes) / sgemm
    measures = [plain(words, rate, "updates/s"), plain(f"{words}, the machine's sgemm", sgemm / 1e9, "GFLOP/s")]
    if name == "hand":
        measures.append(at_least(f"{words}, share of the sgemm", share, "%", SHARE_TARGET))
    else:
        measures.append(plain(f"{words}, share of the sgemm", share, "%"))
    if other is not None:
        ratio = median(theirs[1:]) / median(ours[1:])
        measures.append(plain(f"{words}, {other.name}", count / median(theirs[1:]), "updates/s"))
        if (name, threads) in RATIO_TARGETS:
            measures.append(at_least(f"{words}, ratio to it", ratio, "x", RATIO_TARGETS[name, threads]))
        else:
            measures.append(plain(f"{words}, ratio to it", ratio, "x"))
    return measures


def _pushing() -> float:
    task = Pushing()
    trainer = Trainer(task, TrainerConfig(), seed=0)
    trainer.add_prior(random_transitions(task.layout, ROWS, seed=0))
    trainer.update(UPDATES["pushing"])
    return UPDATES["pushing"] / median(seconds(lambda: trainer.update(UPDATES["pushing"])) for _ in range(REPEATS))


def _beside_a_busy_process() -> Measure:
    """With threads that follow the free cores: beside a process that keeps one core busy, against alone."""
    trainer, count = make_trainer(GYM, None), UPDATES["gym"]

    def rate() -> float:
        trainer.update(2 * count)
        return count / median(seconds(lambda: trainer.update(count)) for _ in range(REPEATS))

    alone = rate()
    with _busy_core():
        beside = rate()
    return at_least("gym size beside a process that takes a core, of its rate alone", 100 * beside / alone, "%", 45.0)


@contextmanager
def _busy_core() -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _inference() -> list[Measure]:
    trainer = make_trainer(HAND, 1)
    policy = Policy.from_weights(trainer.policy_weights(version=0, environment_steps=0))
    observation, rng = np.zeros(HAND.observation, np.float32), np.random.default_rng(0)
    times = [1e6 * seconds(lambda: policy.sample(observation, rng)) for _ in range(DECISIONS)]
    words = "policy inference, 4 x 256"
    return [
        below(f"{words}, p50", np.percentile(times, 50), "us", 60),
        below(f"{words}, p99", np.percentile(times, 99), "us", 200),
    ]
