"""The real-time loop while the learner trains beside it: is it on time, and how soon do new weights act?"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_ros.bench.bare_loop import BareLoop
from awac_ros.bench.data import random_transitions
from awac_ros.bench.form import Measure, at_most, below, plain
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data import Transitions
from awac_ros.data.journal import Journal
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.learning.policy import Policy
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.messages import seconds
from awac_ros.nodes.qos import LATCHED
from awac_ros.nodes.up import up
from awac_ros.runs.monitor import Monitor, own_namespace
from awac_ros.runs.narrator import Narrator
from awac_ros.tasks import Pushing

DECISIONS = 10_000
PUTS = 2_000


def measure(minutes: float) -> list[Measure]:
    """Act for so many minutes; the figures come from the transitions' own monotonic times."""
    period = Pushing().layout.control_period
    published: dict[int, float] = {}
    monotonic_of_system = time.monotonic() - time.time()
    with TemporaryDirectory(prefix="awac_bench_") as folder, Monitor(own_namespace()) as monitor:
        out = Path(folder)
        write_checkpoint(out / "checkpoints")
        inference = _inference(out / "checkpoints")
        puts = _puts(out / "journal.sqlite")

        def heard(message: PolicyWeightsMessage) -> None:
            published[message.version] = seconds(message.stamp)

        monitor.listen(PolicyWeightsMessage, "policy/weights", LATCHED, heard)
        with BareLoop(period) as bare:
            _act(out, monitor, published, minutes * 60.0)
        with TransitionStore(out / "store.sqlite", Pushing().layout, read_only=True) as store:
            rows = _everything(store)
    periods = control_periods(rows)
    delays = weight_delays(rows, {version: at + monotonic_of_system for version, at in published.items()})
    if not len(periods) or not len(delays):
        raise AwacError("bench actor: no step was made or no weights came in time; give more --minutes")
    deviation, alone = (100.0 * np.abs(each - period) / period for each in (periods, bare.periods))
    return [
        at_most("control period, deviation from 100 ms at p99", np.percentile(deviation, 99), "%", 1.0),
        plain("control period, largest deviation from 100 ms", deviation.max(), "%"),
        plain("the same of a bare loop that sleeps beside it, at p99", np.percentile(alone, 99), "%"),
        plain("the same of a bare loop that sleeps beside it, largest", alone.max(), "%"),
        plain("control periods", len(periods), "periods"),
        below("weights' publication to the first action with them, p99", 1e3 * np.percentile(delays, 99), "ms", 150),
        plain("weights' publication to the first action with them, p50", 1e3 * np.percentile(delays, 50), "ms"),
        plain("weights' publication to the first action with them, largest", 1e3 * delays.max(), "ms"),
        plain("publications", len(delays), "publications"),
        plain("policy inference, p50", 1e6 * np.percentile(inference, 50), "us"),
        plain("policy inference, p99", 1e6 * np.percentile(inference, 99), "us"),
        plain("a transition into the actor's journal, p50", 1e6 * np.percentile(puts, 50), "us"),
        plain("a transition into the actor's journal, p99", 1e6 * np.percentile(puts, 99), "us"),
        plain("a transition into the actor's journal, largest", 1e6 * puts.max(), "us"),
    ]


def control_periods(rows: Transitions) -> np.ndarray:
    """(N,) s between two steps of one episode."""
    same = (np.diff(rows.step) == 1) & (rows.episode[1:] == rows.episode[:-1])
    return np.diff(rows.step_time)[same]


def weight_delays(rows: Transitions, published: dict[int, float]) -> np.ndarray:
    """(N,) s from each version's publication (monotonic s) to the first step that it, or a newer one, chose.

    Versions that came while no episode ran, and waited for its start, do not count.
    """
    delays = []
    for version, at in published.items():
        first = int(np.argmax(rows.policy_version >= version))
        if rows.policy_version[first] >= version and rows.step[first] > 0:
            delays.append(rows.step_time[first] - at)
    return np.array(delays)


def _act(out: Path, monitor: Monitor, published: dict[int, float], duration: float) -> None:
    """Real time, with the learner beside it, for `duration` s from the first weights on."""
    arguments = {
        "mode": "train",
        "console": False,
        "checkpoint": str(out / "checkpoints"),
        "env_steps": 0,
        "out": str(out),
        "namespace": own_namespace(),
    }
    words = f"Acting in real time for {duration / 60.0:g} minutes while the learner trains"
    with Narrator().bar(words, round(duration)) as told, up(PUSHING, arguments, out / "logs", echo=None) as session:
        start = None
        while start is None or time.monotonic() - start < duration:
            monitor.spin(0.1)
            session.poll()
            if start is None and published:
                start = time.monotonic()
            told(0.0 if start is None else round(time.monotonic() - start))


def _everything(store: TransitionStore) -> Transitions:
    return store.since(0, store.total)[0]


def _inference(folder: Path) -> np.ndarray:
    """(N,) s of one decision each."""
    policy = Policy.from_weights(checkpoint.read_policy(folder))
    observation, rng = np.zeros(Pushing().layout.observation_size, np.float32), np.random.default_rng(0)
    times = np.empty(DECISIONS)
    for number in range(DECISIONS):
        start = time.perf_counter()
        policy.sample(observation, rng)
        times[number] = time.perf_counter() - start
    return times


def _puts(path: Path) -> np.ndarray:
    """(N,) s of one transition each, acknowledged at once as by a buffer that keeps up."""
    layout = Pushing().layout
    rows = random_transitions(layout, PUTS, seed=0)
    times = np.empty(PUTS)
    with Journal.create(path, layout, rows.actor_id[0]) as journal:
        for number in range(PUTS):
            start = time.perf_counter()
            journal.append(rows[number : number + 1])
            times[number] = time.perf_counter() - start
            journal.forget(1)
    return times
