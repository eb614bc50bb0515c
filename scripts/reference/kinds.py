"""Every node, and what it needs to be started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from awac_ros.bench.policy import write_checkpoint
from awac_ros.nodes import (
    actor,
    actor_config,
    arm,
    arm_config,
    buffer,
    camera,
    console,
    learner,
    learner_config,
    operator,
    recorder,
)
from awac_ros.nodes import teleop as teleoperation
from awac_ros.nodes.runner import RunnableNode
from awac_ros.rehearsal.stand_in import StandIn
from awac_ros.resources import resource


@dataclass(frozen=True)
class Kind:
    """A node and the ways to start it."""

    node: Callable[..., RunnableNode]
    config: object
    """Its parameters with their defaults."""
    needs: Mapping[str, Any]
    """Parameters without which it does not start."""
    variations: Mapping[str, Mapping[str, Any]]
    """Parameters that change its topics and services, by the words for them."""


class Surroundings:
    """Files and the simulated robot that some nodes need."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        write_checkpoint(folder / "checkpoint")
        self._robot = StandIn(folder)
        mapping = yaml.safe_load(resource("config/teleop_gamepad.yaml").read_text())
        (folder / "tip.yaml").write_text(yaml.safe_dump({**mapping, "frame": "tip"}))

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """Every node by its name."""
        folder = self._folder
        sawyer = {"arm": arm_config.SAWYER, "robot_port": self._robot.start_agent()}
        demos, store = str(folder / "demos.hdf5"), str(folder / "store.sqlite")
        trained = {"checkpoint": str(folder / "checkpoint"), "out": str(folder)}
        devices = {f"device: {name}": {"device": name} for name in ("joy", "spacemouse")}
        tip = {"a mapping with frame: tip": {"mapping": str(folder / "tip.yaml")}}
        return {
            "arm": Kind(
                arm.ArmNode,
                arm_config.ArmConfig(),
                {},
                {
                    "arm: sawyer": sawyer,
                    "dead_man above 0": {"dead_man": 0.25},
                    "lockstep: true": {"lockstep": True},
                    "use_sim_time: true": {"use_sim_time": True},
                },
            ),
            "actor": Kind(
                actor.Actor,
                actor_config.ActorConfig(),
                {},
                {"lockstep: true": {"lockstep": True}, "mode: collect": {"mode": "collect"}},
            ),
            "buffer": Kind(buffer.Buffer, buffer.BufferConfig(), {"store": store}, {}),
            "learner": Kind(learner.Learner, learner_config.LearnerConfig(), trained, {}),
            "recorder": Kind(recorder.Recorder, recorder.RecorderConfig(), {"demos": demos}, {}),
            "operator": Kind(operator.Operator, operator.OperatorNodeConfig(), {}, {}),
            "teleop": Kind(
                teleoperation.Teleop, teleoperation.TeleopConfig(), {"device": "gamepad"}, {**devices, **tip}
            ),
            "console": Kind(console.Console, console.ConsoleConfig(), {"port": 0}, {}),
            "camera": Kind(camera.Camera, camera.CameraConfig(), {}, {}),
        }

    def close(self) -> None:
        self._robot.close()
