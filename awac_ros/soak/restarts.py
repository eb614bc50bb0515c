"""Actor, learner and buffer of a graph in real time, killed: how soon and from where they go on."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from geometry_msgs.msg import TwistStamped
from std_srvs.srv import Trigger

from awac_msgs.msg import ActorStatus, ArmStatus
from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.learning import checkpoint
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import qos
from awac_ros.nodes.messages import twist, weights_from_message
from awac_ros.nodes.outbox import count_made
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.running_graph import RunningGraph

_PATIENCE = 60.0
_CALM = (0.5, 2.0)
"""s that a graph runs on before the next kill: long enough for the first transitions."""
_LAST_WORDS = 0.5
"""s in which what a killed learner had sent is still heard."""
_ABSENCE = 5.0
"""s without buffer and learner."""
_UNDER_WAY = 5
"""Transitions, half a second of them: so many may wait while the actor goes on making more."""
_LEARNER = {"checkpoint_period": 1.0, "publish_period": 0.5, "updates_per_step": 0.5}


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Kill the actor, then the learner, each some times, then buffer and learner for a while."""
    rng = np.random.default_rng(seed)
    write_checkpoint(folder / "begin")
    with _Graph(folder) as graph:
        stuck = int(not graph.until(graph.moves_again(), _PATIENCE))
        known, starts = [0], []
        for _ in range(effort.restarts):
            graph.spin(rng.uniform(*_CALM))
            graph.end("actor")
            version = graph.weights[-1].version if graph.weights else 0
            began, moves = time.monotonic(), graph.moves_again()
            graph.start("actor")
            if graph.until(moves, _PATIENCE):
                known.append(version)
                starts.append(time.monotonic() - began)
            else:
                stuck += 1
        falls = strangers = 0
        for _ in range(effort.restarts):
            graph.spin(rng.uniform(*_CALM))
            graph.end("learner")
            graph.spin(_LAST_WORDS)
            saved, heard = checkpoint.read_policy(folder / "checkpoints", records.LAYOUT.hash), len(graph.weights)
            graph.start("learner")
            if not graph.until(lambda heard=heard: len(graph.weights) > heard, _PATIENCE):
                stuck += 1
                continue
            before, first = graph.weights[heard - 1], graph.weights[heard]
            falls += first.version <= before.version
            strangers += not _same(first, saved)
        rate, gap = graph.commands_without(("learner", "buffer"), _ABSENCE)
        stuck += not graph.until(lambda: graph.status.queued <= _UNDER_WAY, _PATIENCE)
        graph.end("actor", signal.SIGINT)
    with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
    made = count_made(folder, records.LAYOUT)
    actors = list(dict.fromkeys(rows.actor_id.tolist()))
    oldest = [int(rows.policy_version[rows.actor_id == actor].min()) for actor in actors]
    behind = sum(version < last for version, last in zip(oldest, known, strict=True))
    return [
        at_most("actor: from its start to its first motion, median", float(np.median(starts or np.inf)), "s", 2.0),
        plain("actor: from its start to its first motion, longest", max(starts, default=np.inf), "s"),
        at_most("actors that acted with weights older than the last before their start", behind, "actors", 0),
        at_least("learners started again", effort.restarts, "learners", 1),
        at_most("whose first version was not a higher one", falls, "learners", 0),
        at_most("whose first weights were not those of their last checkpoint", strangers, "learners", 0),
        at_least(f"commands a second in {_ABSENCE:.0f} s without buffer and learner", rate, "commands/s", 9.0),
        plain("longest pause between two of these commands", gap, "s"),
        at_most("difference between made and stored", abs(made - len(keys)), "transitions", 0),
        at_most("transitions stored twice", len(rows) - len(keys), "transitions", 0),
        at_most(f"nodes that did not go on within {_PATIENCE:.0f} s", stuck, "nodes", 0),
        at_most("nodes that ended by themselves", graph.ended, "nodes", 0),
    ]


def _same(a: PolicyWeights, b: PolicyWeights) -> bool:
    return a.tensors.keys() == b.tensors.keys() and all(np.array_equal(a.tensors[k], b.tensors[k]) for k in a.tensors)


class _Graph(RunningGraph):
    """The graph in real time, beside which a person stands who resumes the arm whenever it has stopped."""

    def __init__(self, folder: Path) -> None:
        arguments = {"mode": "train", "checkpoint": str(folder / "begin"), "env_steps": 0, "console": False}
        super().__init__(folder, arguments, {"learner": _LEARNER})
        self.weights: list[PolicyWeights] = []
        self.status = ActorStatus()
        self._commands: list[float] = []
        self._moved = 0.0
        self._resume = self.monitor.node.create_client(Trigger, "arm/resume")
        self.monitor.listen(TwistStamped, "arm/command", qos.COMMAND, self._take_command)
        self.monitor.listen(PolicyWeightsMessage, "policy/weights", qos.LATCHED, self._take_weights)
        self.monitor.listen(ArmStatus, "arm/status", qos.LATCHED, self._take_arm)
        self.monitor.listen(ActorStatus, "actor/status", qos.LATCHED, lambda m: setattr(self, "status", m))

    def moves_again(self) -> Callable[[], bool]:
        """Whether the actor has commanded a motion since this call."""
        since = time.monotonic()
        return lambda: self._moved > since

    def commands_without(self, names: tuple[str, ...], seconds: float) -> tuple[float, float]:
        """(commands a second, s of the longest pause between two) until these nodes, dead, are started again."""
        for name in names:
            self.end(name)
        self._commands.clear()
        self.spin(seconds)
        commands = np.array(self._commands)
        for name in reversed(names):
            self.start(name)
        return len(commands) / seconds, float(np.diff(commands).max(initial=0.0))

    def _take_command(self, message: TwistStamped) -> None:
        self._commands.append(time.monotonic())
        if twist(message).any():
            self._moved = time.monotonic()

    def _take_weights(self, message: PolicyWeightsMessage) -> None:
        self.weights.append(weights_from_message(message, records.LAYOUT))

    def _take_arm(self, message: ArmStatus) -> None:
        if message.stopped and self._resume.service_is_ready():
            self._resume.call_async(Trigger.Request())
