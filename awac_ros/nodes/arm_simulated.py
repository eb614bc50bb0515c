"""What the arm node has with a simulated arm: scenes at once, and a puck that it knows of."""

from __future__ import annotations

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped
from rclpy.node import Node

from awac_ros.arms import make_arm
from awac_ros.arms.limits import SafetyLimits
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message


class SimulatedSide:
    """The simulated world beside the arm."""

    def __init__(self, node: Node, name: str, limits: SafetyLimits) -> None:
        self.arm = make_arm(name, limits)
        self._node = node
        self._puck = node.create_publisher(PoseStamped, "puck_pose", qos.STATE)

    def moves(self) -> bool:
        """Whether the arm was moved for this inner period already: never here."""
        return False

    def publish(self, now: Time) -> None:
        self._puck.publish(pose_message(now, self.arm.puck_position()))

    def reset(self, p_base_tip: np.ndarray, p_base_puck: np.ndarray) -> str | None:
        """Put both (3,) m in place; None, since they are there at once. AwacError for a scene out of reach."""
        self.arm.reset(p_base_tip, p_base_puck)
        return None

    def values(self) -> dict[str, object]:
        """For the diagnostics: nothing of its own."""
        return {}

    def close(self) -> None:
        self.arm.close()
        self._node.destroy_publisher(self._puck)
