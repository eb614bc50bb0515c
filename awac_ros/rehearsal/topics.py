"""The robot's ROS 1 topics as plain values, and the one topic that no robot has: "rehearsal", which steers it."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from awac_ros.arms.kinematics import JOINT_NAMES
from awac_ros.rehearsal.robot import SimulatedRobot

PARAMETERS = {"/manifest/robot_software/version/HLR_VERSION_STRING": "5.3.0 (simulated)"}
CLOCK_AHEAD = 5
"""s: how far the robot's clock is ahead of the workstation's."""
_LIMB = "robot/limb/right/"


class Topics:
    """Turns messages into calls of the robot, and the robot into messages."""

    def __init__(self, robot: SimulatedRobot) -> None:
        self._robot = robot
        self._under_way: deque[tuple[float, dict[str, Any]]] = deque()

    def take(self, topic: str, data: dict[str, Any], now: float) -> None:
        """A message for the robot."""
        robot = self._robot
        if topic == _LIMB + "joint_command":
            robot.joint_command(data, now)
        elif topic == _LIMB + "joint_command_timeout":
            robot.set_timeout(data["data"])
        elif topic == _LIMB + "set_speed_ratio":
            robot.speed_ratio = min(max(data["data"], 0.0), 1.0)
        elif topic == "robot/set_super_enable":
            robot.enable(data["data"])
        elif topic == "robot/set_super_stop":
            robot.stop()
        elif topic == "robot/set_super_reset":
            robot.reset()
        elif topic == "io/end_effector/command":
            robot.gripper = data["position_m"]

    def messages(self, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """(topic, message) of this instant, for the wanted topics."""
        makers = {
            "robot/state": self._state,
            "robot/joint_limits": self._limits,
            _LIMB + "endpoint_state": lambda: {"force": [0.0] * 3, "torque": [0.0] * 3},
            _LIMB + "collision_detection_state": lambda: {"collision_state": self._robot.collided},
            "io/robot/cuff/state": lambda: {"right_cuff": self._robot.cuff},
        }
        for topic in wanted & makers.keys():
            yield topic, makers[topic]()
        for message in self._delayed(self._joint_states()):
            yield "robot/joint_states", message

    def _delayed(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The joint states that arrive now."""
        if math.isfinite(self._robot.state_delay):
            self._under_way.append((time.monotonic() + self._robot.state_delay, message))
        while self._under_way and self._under_way[0][0] <= time.monotonic():
            yield self._under_way.popleft()[1]

    def _joint_states(self) -> dict[str, Any]:
        joints = self._robot.joints
        effort = self._robot.kinematics.inverse_dynamics(joints.position, joints.velocity, np.zeros(7))
        seconds, nanoseconds = divmod(time.time_ns(), 10**9)
        return {
            "header": {"stamp": {"secs": seconds + CLOCK_AHEAD, "nsecs": nanoseconds}},
            "name": list(JOINT_NAMES),
            "position": joints.position.tolist(),
            "velocity": joints.velocity.tolist(),
            "effort": effort.tolist(),
        }

    def _state(self) -> dict[str, Any]:
        robot = self._robot
        return {
            "homed": True,
            "ready": True,
            "enabled": robot.enabled,
            "stopped": robot.stopped,
            "error": False,
            "lowVoltage": False,
            "estop_button": robot.estop_button,
            "estop_source": robot.estop_source,
        }

    def _limits(self) -> dict[str, Any]:
        kinematics = self._robot.kinematics
        return {
            "joint_names": list(JOINT_NAMES),
            "position_lower": kinematics.lower.tolist(),
            "position_upper": kinematics.upper.tolist(),
            "velocity": kinematics.velocity_limit.tolist(),
        }

    def steer(self, wish: dict[str, Any]) -> Any:
        """What a drill does to the robot, or asks of it: one word and its value."""
        ((word, value),) = wish.items()
        robot = self._robot
        if word == "press_estop":
            robot.press_estop()
        elif word == "release_estop":
            robot.release_estop()
        elif word == "disable":
            robot.enable(False)
        elif word == "collided":
            robot.collided = value
        elif word == "cuff":
            robot.cuff = value
        elif word == "lead":
            robot.lead(value)
        elif word == "delay_states":
            robot.state_delay = value
        elif word == "renew":
            robot.renew()
        elif word == "history":
            return robot.history(value)
        elif word == "puck":
            return robot.joints.puck_position()
        elif word == "put_puck":
            robot.joints.put_puck(value)
        return robot.status()
