"""Simulated control steps a second: in the plain environment, and through the ROS graph in lockstep."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import gymnasium
import numpy as np

from awac_msgs.msg import EpisodeStatus
from awac_ros.bench.form import Measure, at_least
from awac_ros.bench.policy import write_checkpoint
from awac_ros.envs import PUSHING_ID
from awac_ros.errors import AwacError
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.qos import EPISODES
from awac_ros.nodes.up import up
from awac_ros.runs.monitor import Monitor, own_namespace

EPISODES_TIMED = 20


def measure() -> list[Measure]:
    """Both rates, over 20 episodes each, resets included."""
    return [
        at_least("plain environment", _plain(), "steps/s", 800),
        at_least("through the ROS graph in lockstep, without learning", _lockstep(), "steps/s", 150),
    ]


def _plain() -> float:
    env = gymnasium.make(PUSHING_ID)
    rng = np.random.default_rng(0)
    env.reset(seed=0)
    start, steps = time.perf_counter(), 0
    for _ in range(EPISODES_TIMED):
        env.reset()
        truncated = False
        while not truncated:
            truncated = env.step(rng.uniform(-1.0, 1.0, 2).astype(np.float32))[3]
            steps += 1
    return steps / (time.perf_counter() - start)


def _lockstep() -> float:
    """From the start of the second episode to the end of the last: the first one waits for every node to be found."""
    started: list[float] = []
    ended: list[tuple[float, int]] = []

    def heard(status: EpisodeStatus) -> None:
        if status.state == EpisodeStatus.RUNNING:
            started.append(time.perf_counter())
        elif status.state == EpisodeStatus.ENDED:
            ended.append((time.perf_counter(), status.steps))

    with TemporaryDirectory(prefix="awac_bench_") as folder, Monitor(own_namespace()) as monitor:
        out = Path(folder)
        write_checkpoint(out / "checkpoints")
        monitor.listen(EpisodeStatus, "episode/status", EPISODES, heard)
        arguments = {
            "mode": "eval",
            "lockstep": True,
            "episodes": EPISODES_TIMED + 1,
            "out": folder,
            "namespace": own_namespace(),
        }
        with up(PUSHING, arguments, out / "logs", echo=None) as session:
            while not session.poll():
                monitor.spin(0.1)
        monitor.spin(0.1)
    if len(started) != len(ended) or len(ended) != EPISODES_TIMED + 1:
        raise AwacError(f"bench sim: heard {len(started)} starts and {len(ended)} ends of episodes; measure again")
    return sum(steps for _, steps in ended[1:]) / (ended[-1][0] - started[1])
