"""A clock that lies to the actor: the arm rests until the clock is right again, and no wrong time is stored."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from rclpy.clock import Clock, ClockType
from rosgraph_msgs.msg import Clock as ClockMessage
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus
from awac_ros.bench.form import Measure, at_least, at_most
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.messages import stamp
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.running_graph import RunningGraph

_PATIENCE = 60.0
_PERIOD = 0.02
"""s between two messages on /clock."""
_TRUTH = 1.0
"""s, at least, that the clock is right between two lies."""
_LIE = 3.0
"""s that a lie lasts."""
_REST = 1.0
"""s after which the arm must rest: its time without commands, 0.2 s, and the way to a stop."""
_MOVING = 0.02
"""rad/s of a joint, beyond what a resting arm shows."""
_LONGEST_STEP = 1.0
"""s that a stored step may last: a control period is 0.1 s, and a busy machine is late."""
_LIES = (0.0, -86_400.0, -3600.0, -5.0, 5.0, 3600.0, 86_400.0)
"""s by which the clock leaps; with 0 it stands still."""


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Let an actor with use_sim_time hear `effort.clock_lies` lies on /clock; arm and buffer keep the wall clock."""
    rng = np.random.default_rng(seed)
    write_checkpoint(folder / "begin")
    restless = stuck = 0
    with _Graph(folder) as graph:
        if not graph.moves():
            raise AwacError("soak: the graph did not start within a minute; try again on a quieter machine")
        for offset in np.resize(rng.permutation(_LIES), effort.clock_lies).tolist():
            graph.spin(rng.uniform(_TRUTH, 2.0 * _TRUTH))
            graph.lie(offset)
            graph.spin(_REST)
            graph.motions = 0
            graph.spin(_LIE - _REST)
            restless += graph.motions
            graph.tell_the_truth()
            stuck += not graph.moves()
    with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    one_episode = (np.diff(rows.episode) == 0) & (rows.actor_id[1:] == rows.actor_id[:-1])
    steps = np.diff(rows.step_time)[one_episode]
    return [
        at_least("leaps of /clock by 5 s, an hour and a day, both ways, and standstills", effort.clock_lies, "", 1),
        at_most(f"states of a moving arm later than {_REST:.0f} s after a lie began", restless, "states", 0),
        at_most(f"lies after which the arm did not move again within {_PATIENCE:.0f} s", stuck, "lies", 0),
        at_least("steps stored", len(steps), "steps", 1),
        at_most(
            f"of those, that go back in time or last more than {_LONGEST_STEP:.0f} s",
            int((~((steps > 0.0) & (steps < _LONGEST_STEP))).sum()),
            "steps",
            0,
        ),
        at_most("nodes that ended by themselves", graph.ended, "nodes", 0),
    ]


class _Graph(RunningGraph):
    """A graph in real time, the only clock of its actor, and a person who resumes the arm while the clock is right."""

    def __init__(self, folder: Path) -> None:
        arguments = {"mode": "train", "checkpoint": str(folder / "begin"), "env_steps": 0, "console": False}
        super().__init__(folder, arguments, {"actor": {"use_sim_time": True}})
        self.motions = 0
        """States of a moving arm."""
        self._offset: float | None = 0.0
        self._stood = 0.0
        self._stopped = False
        node = self.monitor.node
        self._clock = node.create_publisher(ClockMessage, "/clock", qos.STATE)
        node.create_timer(_PERIOD, self._tick, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._resume = node.create_client(Trigger, "arm/resume")
        node.create_timer(1.0, self._stand_by, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self.monitor.listen(JointState, "joint_states", qos.STATE, self._watch)
        self.monitor.listen(ArmStatus, "arm/status", qos.LATCHED, lambda m: setattr(self, "_stopped", m.stopped))

    def lie(self, offset: float) -> None:
        """From now on the clock is `offset` s ahead; with 0 it stands still."""
        self._offset, self._stood = offset or None, time.time()

    def tell_the_truth(self) -> None:
        self._offset = 0.0

    def moves(self) -> bool:
        """Whether the arm moves before patience ends."""
        before = self.motions
        return self.until(lambda: self.motions > before, _PATIENCE)

    def _tick(self) -> None:
        now = self._stood if self._offset is None else time.time() + self._offset
        self._clock.publish(ClockMessage(clock=stamp(now)))

    def _stand_by(self) -> None:
        if self._stopped and self._offset == 0.0 and self._resume.service_is_ready():
            self._resume.call_async(Trigger.Request())

    def _watch(self, message: JointState) -> None:
        self.motions += float(np.abs(message.velocity).max(initial=0.0)) > _MOVING
