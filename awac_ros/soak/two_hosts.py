"""A graph over two hosts whose link is cut, and then loses and delays packets."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from awac_ros.bench.actor import control_periods
from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.up import Child, node_environment
from awac_ros.resources import resource
from awac_ros.runs.monitor import own_namespace
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.hosts import Cable, Host, two_hosts
from awac_ros.soak.watcher import Sight

_PATIENCE = 60.0
_CALM = 5.0
"""s of a whole link, to compare with."""
_LOSS, _DELAY = 0.1, 0.05
"""Share of the packets, and s one way."""
_IN_FLIGHT = 1.0
"""s in which what was on its way still arrives."""
_UPDATES = 0.5
"""A step: the machine is here for the link."""
_VERSIONS = 0.3
"""A second; over a whole link the learner publishes one a second."""
_KEPT = 0.9
"""Share of the rate at which the joints' states come over a whole link."""


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Cut the link for `effort.seconds_cut`, then make it lossy for as long; it needs the right to make namespaces."""
    try:
        with two_hosts(seed) as (robot, trainer, cable):
            write_checkpoint(folder / "begin")
            return _try(_Graph(robot, trainer, folder), cable, effort.seconds_cut, folder)
    except PermissionError as error:
        return [plain(f"two hosts: skipped, since they can't be made here ({error}); hosts made", 0, "hosts")]


def _try(graph: _Graph, cable: Cable, seconds: float, folder: Path) -> list[Measure]:
    try:
        graph.until(lambda sight: sight.version >= 2 and sight.acted > 0, _PATIENCE)
        whole = graph.rate(_CALM)
        cable.cut = True
        graph.rate(_IN_FLIGHT)
        before = graph.sight
        while_cut = graph.rate(seconds)
        smuggled = graph.sight.version - before.version
        cable.cut = False
        joined = time.monotonic()
        graph.until(lambda sight: sight.version > before.version, _PATIENCE)
        resumed = graph.sight.at - joined
        cable.loss, cable.delay = _LOSS, _DELAY
        before = graph.sight
        lossy = graph.rate(seconds + _CALM)
        versions = (graph.sight.version - before.version) / (graph.sight.at - before.at)
        graph.end_actor()
        graph.until(lambda sight: sight.acted == sight.stored == sight.trained, _PATIENCE)
        last = graph.sight
    finally:
        graph.close()
    with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
    return [
        at_least("the link was cut for", seconds, "s", 1),
        at_most("versions of the weights that crossed the cut link", smuggled, "versions", 0),
        at_most("from the mended link to the next version at the actor", resumed, "s", _PATIENCE),
        at_least(f"versions over {_LOSS:.0%} loss and {1e3 * _DELAY:.0f} ms delay", versions, "1/s", _VERSIONS),
        at_least("states of the joints a second while cut, share of the usual", while_cut / whole, "", _KEPT),
        at_least("states of the joints a second while lossy, share of the usual", lossy / whole, "", _KEPT),
        at_most("control period of 100 ms, mean", 1e3 * control_periods(rows).mean(), "ms", 105),
        at_least("transitions stored", len(rows), "transitions", 1),
        at_most("difference between acted and stored", abs(last.acted - len(rows)), "transitions", 0),
        at_most("transitions stored twice", len(rows) - len(keys), "transitions", 0),
        at_most("difference between stored and trained on", abs(last.trained - len(rows)), "transitions", 0),
    ]


class _Graph:
    """The pushing graph in real time, the learner on one host, all else on the other, and what is seen from there."""

    def __init__(self, robot: Host, trainer: Host, folder: Path) -> None:
        environment = node_environment() | {
            "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET",
            "FASTDDS_DEFAULT_PROFILES_FILE": str(resource("config/two_hosts.xml")),
        }
        arguments = {"mode": "train", "console": False, "out": str(folder), "checkpoint": str(folder / "begin")}
        self.sight = Sight()
        self._children: dict[str, Child] = {}
        for name, host in (("robot", robot), ("trainer", trainer)):
            for start in PUSHING.plan({**arguments, "host": name, "env_steps": 0, "namespace": own_namespace()}):
                if start.name == "learner":
                    start = replace(start, parameters={**start.parameters, "updates_per_step": _UPDATES})
                self._children[start.name] = Child(start, folder, environment, host.enter)
        command = [*robot.enter, sys.executable, "-m", "awac_ros.soak.watcher", own_namespace()]
        self._watcher = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)

    def until(self, condition: Callable[[Sight], bool], patience: float) -> bool:
        """Watch until the condition holds, for at most `patience` s; whether it holds."""
        deadline = time.monotonic() + patience
        while not (met := condition(self.sight)) and self.sight.at < deadline:
            self._look()
        return met

    def rate(self, seconds: float) -> float:
        """States of the joints a second, watched from now on for so long."""
        now = time.monotonic()
        self.until(lambda sight: sight.at >= now, _PATIENCE)
        first = self.sight
        self.until(lambda sight: sight.at >= first.at + seconds, seconds + _PATIENCE)
        return (self.sight.joint_states - first.joint_states) / (self.sight.at - first.at)

    def end_actor(self) -> None:
        """As a person ends it, so that it delivers what it has."""
        process = self._children["actor"].process
        process.send_signal(signal.SIGINT)
        process.wait()

    def close(self) -> None:
        for process in (self._watcher, *(child.process for child in self._children.values())):
            process.kill()
            process.wait()

    def _look(self) -> None:
        assert self._watcher.stdout is not None
        line = self._watcher.stdout.readline()
        for child in self._children.values():
            if failure := child.failure():
                raise AwacError(f"soak: {failure}")
        if not line:
            raise AwacError("soak: the watcher of the first host ended; try again")
        self.sight = Sight(**json.loads(line))
