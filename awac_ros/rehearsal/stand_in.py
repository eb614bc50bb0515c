"""Starts the simulated robot and, against it, the agent as it is copied to the robot's workstation."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from awac_ros.arms import sawyer_agent
from awac_ros.errors import AwacError

_PATIENCE = 30.0


class StandIn:
    """A simulated robot in a process of its own; the agent in another, from a copy of its one file."""

    def __init__(self, folder: Path, kind: Literal["joints", "bullet"] = "joints") -> None:
        self._folder = folder
        self.robot = subprocess.Popen(
            [sys.executable, "-m", "awac_ros.rehearsal.server", "0", kind], stdout=subprocess.PIPE, text=True
        )
        self.robot_port = int(_line(self.robot, "the simulated robot"))
        self._connection = socket.create_connection(("127.0.0.1", self.robot_port), timeout=_PATIENCE)
        self._lines = self._connection.makefile("r")
        self._lines.readline()
        self.agent: subprocess.Popen | None = None
        self.agent_port = 0

    def start_agent(self, port: int = 0) -> int:
        """Copy the agent's file away from everything else and run it there; the port it listens on.

        AwacError where it does not start; the robot is closed then.
        """
        file = self._folder / "sawyer_agent.py"
        shutil.copy(sawyer_agent.__file__, file)
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent / "ros1"),
            "ROS_MASTER_URI": f"http://127.0.0.1:{self.robot_port}",
        }
        self.agent = subprocess.Popen(
            [sys.executable, file.name, "--port", str(port)],
            cwd=self._folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            while not (line := _line(self.agent, "the agent")).startswith("the agent listens"):
                pass
        except AwacError:
            self.close()
            raise
        self.agent_port = int(line.rpartition(":")[2])
        return self.agent_port

    def steer(self, word: str, value: Any = True) -> Any:
        """Do something to the robot; its status afterwards, or what was asked for."""
        self._connection.sendall(json.dumps({"topic": "rehearsal", "data": {word: value}}).encode() + b"\n")
        return json.loads(self._lines.readline())["data"]

    def status(self) -> dict[str, Any]:
        return self.steer("status")

    def close(self) -> None:
        self._connection.close()
        for process in (self.agent, self.robot):
            if process is not None:
                process.kill()
                process.wait()
                process.stdout.close()


def _line(process: subprocess.Popen, who: str) -> str:
    """Its next line of output; AwacError if it ends or stays silent."""
    ready = select.select([process.stdout], [], [], _PATIENCE)[0]
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        raise AwacError(f"{who} did not start; its own output says why")
    return line
