"""Kill -9 of any node of a running graph: nothing acknowledged is lost or doubled, and the graph goes on."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np

from awac_msgs.msg import ActorStatus, BufferStatus, LearnerStatus, PolicyWeights
from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.nodes.outbox import count_made
from awac_ros.nodes.qos import LATCHED
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.running_graph import RunningGraph

_PATIENCE = 60.0
"""s within which a graph must go on after a kill; the middleware takes up to 20 s to forget a killed process."""
_CALM = 1.0
"""s, at most, that a graph runs on before the next kill."""
_LEARNER = {"checkpoint_period": 5.0, "updates_per_step": 0.5}


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Kill `effort.nodes_killed` nodes, one at a time, each started again at once."""
    rng = np.random.default_rng(seed)
    write_checkpoint(folder / "begin")
    with _Graph(folder) as graph:
        stuck = int(not graph.goes_on())
        waits = []
        for _ in range(effort.nodes_killed):
            graph.spin(rng.uniform(0.0, _CALM))
            name = str(rng.choice(graph.names))
            graph.end(name)
            graph.start(name)
            began = time.monotonic()
            stuck += not graph.goes_on()
            waits.append(time.monotonic() - began)
            with (folder / "kills.txt").open("a") as kills:
                kills.write(f"{name}: went on after {waits[-1]:.1f} s\n")
        caught_up = graph.finish()
    with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
    per_actor = {actor: int((rows.actor_id == actor).sum()) for actor in graph.acknowledged}
    lost = sum(max(count - per_actor[actor], 0) for actor, count in graph.acknowledged.items())
    missing = max(count_made(folder, records.LAYOUT) - len(keys), 0)
    falls = sum(new <= old for old, new in zip(graph.versions, graph.versions[1:], strict=False))
    return [
        at_least("nodes killed", effort.nodes_killed, "kills", 1),
        at_least("transitions stored", len(rows), "transitions", 1),
        at_most("acknowledged transitions lost", lost, "transitions", 0),
        at_most("transitions in the actors' journals that are not stored", missing, "transitions", 0),
        at_most("transitions stored twice", len(rows) - len(keys), "transitions", 0),
        at_most("steps missing inside stored episodes", _holes(keys), "transitions", 0),
        at_most("difference between stored and trained on", abs(caught_up - len(rows)), "transitions", 0),
        at_most("weights heard whose version did not count up", falls, "times", 0),
        at_most(f"kills after which nothing new was stored within {_PATIENCE:.0f} s", stuck, "kills", 0),
        at_most("nodes that ended by themselves", graph.ended, "nodes", 0),
        plain("from a kill to the next stored episode, median", float(np.median(waits)), "s"),
    ]


def _holes(keys: set[tuple[str, int, int]]) -> int:
    counts: dict[tuple[str, int], list[int]] = {}
    for actor, episode, step in keys:
        counts.setdefault((actor, episode), []).append(step)
    return sum(max(steps) + 1 - len(steps) for steps in counts.values())


class _Graph(RunningGraph):
    """The graph in lockstep, and what is heard of it."""

    def __init__(self, folder: Path) -> None:
        arguments = {"mode": "train", "lockstep": True, "checkpoint": str(folder / "begin"), "env_steps": 0}
        super().__init__(folder, arguments, {"learner": _LEARNER})
        self.acknowledged: dict[str, int] = {}
        """By actor: the most that it said the buffer has acknowledged."""
        self.versions: list[int] = []
        self._stored = self._trained = 0
        self.monitor.listen(ActorStatus, "actor/status", LATCHED, self._take_actor)
        self.monitor.listen(BufferStatus, "buffer/status", LATCHED, self._take_buffer)
        self.monitor.listen(LearnerStatus, "learner/status", LATCHED, self._take_learner)
        self.monitor.listen(PolicyWeights, "policy/weights", LATCHED, self._take_weights)

    def goes_on(self) -> bool:
        """Whether something new is stored before patience ends."""
        before = self._stored
        return self.until(lambda: self._stored > before, _PATIENCE)

    def finish(self) -> int:
        """End the actor and let the learner catch up; how many transitions it has trained on."""
        for name in ("actor", "arm"):
            self.end(name, signal.SIGINT)
        self.until(lambda: self._trained == self._stored, _PATIENCE)
        return self._trained

    def _take_actor(self, message: ActorStatus) -> None:
        self.acknowledged[message.actor_id] = max(message.acknowledged, self.acknowledged.get(message.actor_id, 0))

    def _take_buffer(self, message: BufferStatus) -> None:
        self._stored = message.stored

    def _take_learner(self, message: LearnerStatus) -> None:
        self._trained = message.environment_steps

    def _take_weights(self, message: PolicyWeights) -> None:
        self.versions.append(message.version)
