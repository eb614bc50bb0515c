"""Kill -9 of any node of a running graph: nothing acknowledged is lost or doubled, and the graph goes on."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from awac_msgs.msg import ActorStatus, BufferStatus, LearnerStatus, PolicyWeights
from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.qos import LATCHED
from awac_ros.nodes.up import Child, node_environment
from awac_ros.runs.monitor import Monitor, own_namespace
from awac_ros.soak import records
from awac_ros.soak.effort import Effort

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
            name = str(rng.choice(list(graph.children)))
            graph.kill(name)
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
    falls = sum(new <= old for old, new in zip(graph.versions, graph.versions[1:], strict=False))
    return [
        at_least("nodes killed", effort.nodes_killed, "kills", 1),
        at_least("transitions stored", len(rows), "transitions", 1),
        at_most("acknowledged transitions lost", lost, "transitions", 0),
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


class _Graph:
    """The pushing graph in lockstep, one process a node, and what is heard of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.acknowledged: dict[str, int] = {}
        """By actor: the most that it said the buffer has acknowledged."""
        self.versions: list[int] = []
        self.ended = 0
        self._stored = self._trained = 0
        self._monitor = Monitor(own_namespace())
        self._monitor.listen(ActorStatus, "actor/status", LATCHED, self._take_actor)
        self._monitor.listen(BufferStatus, "buffer/status", LATCHED, self._take_buffer)
        self._monitor.listen(LearnerStatus, "learner/status", LATCHED, self._take_learner)
        self._monitor.listen(PolicyWeights, "policy/weights", LATCHED, self._take_weights)
        arguments = {"mode": "train", "lockstep": True, "out": str(folder), "checkpoint": str(folder / "begin")}
        plan = PUSHING.plan({**arguments, "env_steps": 0, "namespace": own_namespace()})
        self._starts = {start.name: start for start in plan}
        learner = self._starts["learner"]
        self._starts["learner"] = replace(learner, parameters=learner.parameters | _LEARNER)
        self.children = {name: self._start(name) for name in self._starts}

    def __enter__(self) -> _Graph:
        return self

    def __exit__(self, *exception: object) -> None:
        for child in self.children.values():
            child.process.kill()
            child.process.wait()
        self._monitor.__exit__(*exception)

    def spin(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0.0:
            self._monitor.spin(min(left, 0.1))

    def kill(self, name: str) -> None:
        """Kill the node and start it again."""
        process = self.children[name].process
        process.kill()
        process.wait()
        self.children[name] = self._start(name)

    def goes_on(self) -> bool:
        """Whether something new is stored before patience ends; a node that ended by itself is started again."""
        before, deadline = self._stored, time.monotonic() + _PATIENCE
        while self._stored <= before:
            if time.monotonic() > deadline:
                return False
            self.spin(0.1)
            for name, child in self.children.items():
                if child.process.poll() is not None:
                    self.ended += 1
                    self.children[name] = self._start(name)
        return True

    def finish(self) -> int:
        """End the actor, let the learner catch up, and end the rest; how many transitions it has trained on."""
        for name in ("actor", "arm"):
            self.children[name].process.send_signal(signal.SIGINT)
            self.children[name].process.wait()
        deadline = time.monotonic() + _PATIENCE
        while self._trained != self._stored and time.monotonic() < deadline:
            self.spin(0.1)
        return self._trained

    def _start(self, name: str) -> Child:
        return Child(self._starts[name], self._folder, node_environment())

    def _take_actor(self, message: ActorStatus) -> None:
        self.acknowledged[message.actor_id] = max(message.acknowledged, self.acknowledged.get(message.actor_id, 0))

    def _take_buffer(self, message: BufferStatus) -> None:
        self._stored = message.stored

    def _take_learner(self, message: LearnerStatus) -> None:
        self._trained = message.environment_steps

    def _take_weights(self, message: PolicyWeights) -> None:
        self.versions.append(message.version)
