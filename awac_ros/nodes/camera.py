"""The simulator's camera: pictures of arm, table and puck, rendered in a process of its own so that no arm waits."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped
from PIL import Image
from rclpy.clock import Clock, ClockType
from sensor_msgs.msg import CompressedImage, JointState

from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.kinematics import JOINT_NAMES
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.messages import position
from awac_ros.nodes.observer import PUCK
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.runner import RunnableNode, run

TOPIC = "camera/image/compressed"
_NICE = 10


@dataclass(frozen=True)
class CameraConfig:
    """The camera's parameters."""

    width: int = parameter(480, "Pixels of a row.", low=16, high=4096)
    height: int = parameter(360, "Rows.", low=16, high=4096)
    rate: float = parameter(5.0, "Pictures a second, at most.", low=0.1, high=60.0)
    quality: int = parameter(80, "Of the JPEG.", low=1, high=95)


class Camera(RunnableNode):
    """Poses a world of its own as joint_states and puck_pose say, and takes pictures while somebody looks."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("camera", **arguments)
        self.config = declare(self, CameraConfig())
        self._world = BulletArm()
        self._joints: JointState | None = None
        self._puck: PoseStamped | None = None
        self._pictures = self.create_publisher(CompressedImage, TOPIC, qos.STATE)
        self.create_subscription(JointState, "joint_states", self._take_joints, qos.STATE)
        self.create_subscription(PoseStamped, PUCK, self._take_puck, qos.STATE)
        self.create_timer(1.0 / self.config.rate, self._take_picture, clock=Clock(clock_type=ClockType.STEADY_TIME))
        os.nice(_NICE)

    def close(self) -> None:
        self._world.close()

    def _take_joints(self, message: JointState) -> None:
        self._joints = message

    def _take_puck(self, message: PoseStamped) -> None:
        self._puck = message

    def _take_picture(self) -> None:
        if self._joints is None or self._puck is None or not self._pictures.get_subscription_count():
            return
        angles = dict(zip(self._joints.name, self._joints.position, strict=True))
        try:
            self._world.pose(np.array([angles[name] for name in JOINT_NAMES]), position(self._puck))
        except AwacError as error:
            self.get_logger().error(f"puck_pose is not pictured: {error}", throttle_duration_sec=1.0)
            return
        message = CompressedImage(format="jpeg")
        message.header = self._joints.header
        message.data = self._jpeg(self._world.picture(self.config.width, self.config.height))
        self._pictures.publish(message)

    def _jpeg(self, pixels: np.ndarray) -> bytes:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=self.config.quality)
        return file.getvalue()


def main() -> None:
    """Entry point."""
    sys.exit(run(Camera))
