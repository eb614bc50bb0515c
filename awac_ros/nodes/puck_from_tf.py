"""A tracker for the puck from any detector that publishes a tag's transform: /tf becomes puck_pose.

Not a node of the pushing graph: launch/apriltag.launch.py starts it, by `python -m awac_ros.nodes.puck_from_tf`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from geometry_msgs.msg import PoseStamped, TransformStamped
from rclpy.time import Time

from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.messages import BASE_FRAME, pose_message
from awac_ros.nodes.observer import PUCK
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.runner import RunnableNode, run

_PERIOD = 1.0 / 60.0
"""s between two looks; a camera is slower."""


@dataclass(frozen=True)
class PuckFromTfConfig:
    """Which tag, and where it is on the puck."""

    frame: str = parameter("puck_tag", "The tag's frame in /tf.")
    above: float = parameter(0.015, "m by which the tag lies above the puck's centre.", low=0.0, high=0.1)


class PuckFromTf(RunnableNode):
    """Publishes each new transform of the tag once, and nothing while the tag is not seen."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("puck_from_tf", **arguments)
        self.config = declare(self, PuckFromTfConfig())
        try:
            from tf2_ros import Buffer, TransformException, TransformListener
        except ImportError as error:
            raise AwacError(f"tf2_ros can't be imported ({error}); install ros-<distribution>-tf2-ros-py") from error
        self._unknown = TransformException
        self._buffer = Buffer(node=self)
        self._listener = TransformListener(self._buffer, self)
        self._last = Time().to_msg()
        self._publisher = self.create_publisher(PoseStamped, PUCK, qos.STATE)
        self.create_timer(_PERIOD, self._look)

    def _look(self) -> None:
        try:
            found = self._buffer.lookup_transform(BASE_FRAME, self.config.frame, Time())
        except self._unknown as error:
            self.get_logger().warning(f"the puck is not seen yet: {error}", throttle_duration_sec=5.0)
            return
        if found.header.stamp != self._last:
            self._last = found.header.stamp
            self._publisher.publish(puck_pose(found, self.config.above))


def puck_pose(tag: TransformStamped, above: float) -> PoseStamped:
    """The puck's centre, `above` m below a tag in the base frame, stamped as the tag was seen."""
    p, q = tag.transform.translation, tag.transform.rotation
    return pose_message(tag.header.stamp, (p.x, p.y, p.z - above), (q.x, q.y, q.z, q.w))


def main() -> None:
    """Entry point."""
    sys.exit(run(PuckFromTf))


if __name__ == "__main__":
    main()
