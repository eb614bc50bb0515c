"""The graph on the simulated robot for one drill: buffer, arm and actor as in training, a person who teleoperates."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped
from std_srvs.srv import Trigger

from awac_msgs.msg import ActorStatus, ArmStatus
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.description import Start
from awac_ros.nodes.messages import pose_message, position, stamp, twist_message
from awac_ros.nodes.up import Session
from awac_ros.rehearsal.link import BadLink
from awac_ros.rehearsal.stand_in import StandIn
from awac_ros.resources import resource
from awac_ros.runs.monitor import Monitor, own_namespace
from awac_ros.tasks import Pushing

SPEED = 0.2
"""m/s, of the tip while a drill begins: what the pushing task asks for."""
_TURN = 0.12
_PERIOD = 0.05
_PATIENCE = 60.0
_PUCK = np.array([0.75, 0.25, 0.06])


class Stage:
    """Leave the `with` block to end every process."""

    def __init__(self, folder: Path, weights: Path, stand_in: StandIn) -> None:
        self.stand_in = stand_in
        self.link = BadLink(stand_in.agent_port)
        self._store = folder / "store.sqlite"
        self._monitor = Monitor(own_namespace())
        node = self._monitor.node
        self.arm_status = ArmStatus()
        self._actor_status = ActorStatus()
        self._tip: np.ndarray | None = None
        self._direction = 1.0
        self._due = 0.0
        self._pucks = node.create_publisher(PoseStamped, "puck_pose", qos.STATE)
        self._twists = node.create_publisher(TwistStamped, "teleop/twist", qos.COMMAND)
        self.commands = node.create_publisher(TwistStamped, "arm/command", qos.COMMAND)
        self._monitor.listen(ArmStatus, "arm/status", qos.LATCHED, lambda m: setattr(self, "arm_status", m))
        self._monitor.listen(ActorStatus, "actor/status", qos.LATCHED, lambda m: setattr(self, "_actor_status", m))
        self._monitor.listen(PoseStamped, "tip_pose", qos.STATE, lambda m: setattr(self, "_tip", position(m)))
        task = Pushing.name
        self._session = Session(
            [
                _start("buffer", {"task": task, "store": str(self._store)}),
                _start("arm", {"arm": "sawyer", "robot_port": self.link.port}),
                _start("actor", {"task": task, "mode": "train", "weights": str(weights), "out": str(folder)}),
            ],
            folder,
            echo=None,
        )

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.stop()
        self._monitor.__exit__()
        self.link.close()

    def pid(self, name: str) -> int:
        """Of a node's process."""
        return next(child.process.pid for child in self._session.children if child.name == name)

    def workstation(self, number: signal.Signals) -> None:
        """Send a signal to every process of the workstation: all but the robot's own."""
        for pid in (*(child.process.pid for child in self._session.children), self.stand_in.agent.pid):
            os.kill(pid, number)

    def trigger(self, name: str) -> None:
        """Call a service and go on."""
        self._monitor.node.create_client(Trigger, name).call_async(Trigger.Request())

    def ros_time(self) -> float:
        return self._monitor.node.get_clock().now().nanoseconds / 1e9

    def live(self, seconds: float) -> None:
        """Let time pass; the person goes on teleoperating, the tracker goes on seeing the puck."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def until(self, condition: Callable[[], Any]) -> None:
        """`live` until the condition holds; AwacError where it never does."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AwacError(
                    f"the rehearsal's graph came to a standstill; actor: {self._actor_status.message}; "
                    f"arm: {self.arm_status.stop_reason or 'not stopped'}"
                )
            self._monitor.spin(0.01)
            if time.monotonic() >= self._due:
                self._due = time.monotonic() + _PERIOD
                self._teleoperate()

    def until_moving(self) -> None:
        """Until the tip has been moving at full speed for a while, within the middle of the table.

        Where a busy machine stops the arm before, the person resumes it.
        """
        resume = self._monitor.node.create_client(Trigger, "arm/resume")
        asked = 0.0

        def moving() -> bool:
            nonlocal asked
            if self.arm_status.stopped and time.monotonic() > asked + 1.0 and resume.service_is_ready():
                asked = time.monotonic()
                resume.call_async(Trigger.Request())
            acting = self._actor_status.message.startswith("acting")
            if not acting or self._tip is None or abs(self._tip[1]) > 0.05:
                return False
            rows = np.array(self.stand_in.steer("history", time.monotonic() - 0.3))
            if len(rows) < 30:
                return False
            speed = np.linalg.norm(np.diff(rows[:, 2:], axis=0), axis=1) / np.diff(rows[:, 0])
            return bool(speed.min() > 0.8 * SPEED)

        self.until(moving)

    def lost(self) -> int:
        """How many transitions the actor holds for delivered, but the store on the disk has not."""
        with TransitionStore(self._store, Pushing().layout, read_only=True) as store:
            rows, _ = store.since(0, store.total)
        return max(int(self._actor_status.acknowledged) - len(rows), 0)

    def _teleoperate(self) -> None:
        now = stamp(self.ros_time())
        self._pucks.publish(pose_message(now, _PUCK))
        if self._tip is not None and abs(self._tip[1]) > _TURN:
            self._direction = -np.sign(self._tip[1])
        self._twists.publish(twist_message(now, np.array([0.0, self._direction * SPEED, 0.0, 0.0, 0.0, 0.0])))


def _start(name: str, parameters: dict[str, Any]) -> Start:
    return Start(name, parameters, resource("config/pushing.yaml"), own_namespace(), "info", ends_graph=False)
