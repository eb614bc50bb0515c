"""The simulated robot at its table: a tracker that sees the puck, and the person who stands beside the arm."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from geometry_msgs.msg import PoseStamped
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus, EpisodeStatus
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, position
from awac_ros.nodes.params_file import write_changed
from awac_ros.rehearsal.precedence import take_precedence
from awac_ros.rehearsal.stand_in import StandIn
from awac_ros.resources import resource
from awac_ros.runs.monitor import Monitor
from awac_ros.tasks import Pushing

_TRACKING = 0.05
"""s between two looks of the tracker at the puck."""
_RESUMING = 1.0
"""s that the person lets pass before arm/resume is called again."""
_AWAY = 0.1
"""m from the tip: nearer to it the person puts no puck down."""


class Table:
    """Robot, agent and person of one graph; the person puts the puck somewhere else after each episode.

    Where the arm stops, the person resumes it. They live in a thread of their own within the `with` block.
    """

    def __init__(self, folder: Path, namespace: str) -> None:
        """`folder` takes the agent's copy and the graph's parameters."""
        folder.mkdir(parents=True, exist_ok=True)
        self._rng = np.random.default_rng()
        self._task = Pushing()
        self.outcomes: list[int] = []
        """EpisodeStatus's SUCCESS or FAILURE of each episode that was not discarded."""
        self.resumed = 0
        """How often the person has resumed a stopped arm."""
        self._stopped = False
        self._tip = np.zeros(3)
        self._track_at = self._resume_at = 0.0
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._stand_in = StandIn(folder, "bullet")
        self._monitor = Monitor(namespace)
        self.params_file = folder / "parameters.yaml"
        port = self._stand_in.start_agent()
        write_changed(self.params_file, resource("config/pushing.yaml"), "arm", {"robot_port": port})
        self._pucks = self._monitor.node.create_publisher(PoseStamped, "puck_pose", qos.STATE)
        self._resume = self._monitor.node.create_client(Trigger, "arm/resume")
        self._monitor.listen(PoseStamped, "tip_pose", qos.STATE, self._see_tip)
        self._monitor.listen(ArmStatus, "arm/status", qos.LATCHED, self._see_status)
        self._monitor.listen(EpisodeStatus, "episode/status", qos.EPISODES, self._see_episode)

    def __enter__(self) -> Table:
        self._life = self._thread.submit(self._live)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.shutdown()
        self._monitor.__exit__()
        self._stand_in.close()

    def check(self) -> None:
        """Raise what ended the life at the table, if something did."""
        if self._life.done():
            self._life.result()

    def refusals(self) -> int:
        """How many commands the robot has refused; asked for once the `with` block's graph has ended."""
        self._over.set()
        self._life.result()
        return len(self._stand_in.status()["refused"])

    def _live(self) -> None:
        take_precedence()
        while not self._over.is_set():
            self._monitor.spin(0.01)
            now = time.monotonic()
            if now >= self._track_at:
                self._track_at = now + _TRACKING
                seen = self._monitor.node.get_clock().now().to_msg()
                self._pucks.publish(pose_message(seen, np.array(self._stand_in.steer("puck"))))
            if self._stopped and now >= self._resume_at and self._resume.service_is_ready():
                self._resume_at = now + _RESUMING
                self.resumed += 1
                self._resume.call_async(Trigger.Request())

    def _see_tip(self, message: PoseStamped) -> None:
        self._tip = position(message)

    def _see_status(self, message: ArmStatus) -> None:
        self._stopped = message.stopped

    def _see_episode(self, message: EpisodeStatus) -> None:
        if message.state != EpisodeStatus.ENDED:
            return
        if message.outcome != EpisodeStatus.DISCARDED:
            self.outcomes.append(message.outcome)
        puck = self._tip
        while np.linalg.norm(puck[:2] - self._tip[:2]) < _AWAY:
            puck = self._task.sample_scene(self._rng).p_base_puck
        self._stand_in.steer("put_puck", puck.tolist())
