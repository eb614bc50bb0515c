"""Kill -9 of the recorder while demonstrations are recorded: none is lost or doubled, and the session goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np

from awac_msgs.msg import EpisodeStatus
from awac_ros.bench.form import Measure, at_least, at_most
from awac_ros.data import demos
from awac_ros.nodes.qos import EPISODES
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.running_graph import RunningGraph

_PATIENCE = 60.0
_CALM = 2.0
"""s, at most, that a graph runs on before the next kill; an episode in lockstep takes one or two."""
_RECORDER = {"patience": 2.0}


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Kill the recorder `effort.recorders_killed` times, and start it again at once."""
    rng = np.random.default_rng(seed)
    path = folder / "demos.hdf5"
    with _Graph(folder) as graph:
        stuck = int(not graph.ends_another())
        for _ in range(effort.recorders_killed):
            graph.spin(rng.uniform(0.0, _CALM))
            graph.end("recorder")
            graph.start("recorder")
            stuck += not graph.ends_another()
        for node in ("operator", "actor"):
            graph.until(lambda: demos.count(path) >= len(graph.made), _PATIENCE)
            graph.end(node, signal.SIGINT)
        graph.end("recorder", signal.SIGINT)
    episodes = demos.read(path, records.LAYOUT)
    found = [(str(one.transitions.actor_id[0]), int(one.transitions.episode[0])) for one in episodes]
    return [
        at_least("recorders killed", effort.recorders_killed, "kills", 1),
        at_least("episodes that an operator ended", len(graph.made), "episodes", 1),
        at_most("of those not in the file", len(graph.made - set(found)), "episodes", 0),
        at_most("episodes in the file that nobody ended", len(set(found) - graph.made), "episodes", 0),
        at_most("episodes in the file twice", len(found) - len(set(found)), "episodes", 0),
        at_most(f"kills after which no episode ended within {_PATIENCE:.0f} s", stuck, "kills", 0),
        at_most("nodes that ended by themselves", graph.ended, "nodes", 0),
    ]


class _Graph(RunningGraph):
    """A scripted operator records in lockstep, and never has enough."""

    def __init__(self, folder: Path) -> None:
        arguments = {"mode": "collect", "lockstep": True, "episodes": 0}
        super().__init__(folder, arguments, {"recorder": _RECORDER})
        self.made: set[tuple[str, int]] = set()
        """(actor_id, episode) of those that have ended and were not discarded."""
        self.monitor.listen(EpisodeStatus, "episode/status", EPISODES, self._take)

    def ends_another(self) -> bool:
        """Whether another episode ends before patience does; the actor begins one only where it is recorded."""
        before = len(self.made)
        return self.until(lambda: len(self.made) > before, _PATIENCE)

    def _take(self, message: EpisodeStatus) -> None:
        if message.state == EpisodeStatus.ENDED and message.outcome != EpisodeStatus.DISCARDED:
            self.made.add((message.actor_id, message.episode))
