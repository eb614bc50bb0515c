"""The camera that a page looks at: any topic of Image or CompressedImage."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image as Picture
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from awac_ros.errors import AwacError
from awac_ros.nodes import qos

_KINDS = {"sensor_msgs/msg/Image": Image, "sensor_msgs/msg/CompressedImage": CompressedImage}
_PERIOD = 0.1
"""s between two pictures at least."""
_LAYOUTS = {"rgb8": (3, "RGB"), "bgr8": (3, "BGR"), "rgba8": (4, "RGBA"), "bgra8": (4, "BGRA"), "mono8": (1, "L")}


class CameraFeed:
    """Subscribes to one image topic at a time, and to none while nobody looks."""

    def __init__(self, node: Node, show: Callable[[bytes], None]) -> None:
        self._node = node
        self._show = show
        self._subscription: Subscription | None = None
        self._due = 0.0
        self.topic = ""
        """The one that is watched; empty: none."""

    def topics(self) -> tuple[str, ...]:
        """Every image topic of the graph."""
        there = self._node.get_topic_names_and_types()
        return tuple(sorted(name for name, kinds in there if any(kind in _KINDS for kind in kinds)))

    def watch(self, topic: str) -> None:
        """Look at another topic, or at none where it is empty or gone."""
        if topic == self.topic:
            return
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription, self.topic = None, ""
        for name, kinds in self._node.get_topic_names_and_types():
            if name == topic and (known := [kind for kind in kinds if kind in _KINDS]):
                self._subscription = self._node.create_subscription(_KINDS[known[0]], name, self._take, qos.STATE)
                self.topic = topic

    def _take(self, message: Image | CompressedImage) -> None:
        if (now := time.monotonic()) < self._due:
            return
        self._due = now + _PERIOD
        try:
            self._show(message.data.tobytes() if isinstance(message, CompressedImage) else jpeg(message))
        except AwacError as error:
            self._node.get_logger().error(f"{self.topic} is not shown: {error}", throttle_duration_sec=5.0)


def jpeg(message: Image) -> bytes:
    """The image as a JPEG; AwacError for an encoding or a size that can't be shown."""
    if message.encoding not in _LAYOUTS:
        raise AwacError(f"an image is {message.encoding!r}; publish it as one of {', '.join(_LAYOUTS)} or compressed")
    channels, order = _LAYOUTS[message.encoding]
    row = message.width * channels
    if message.step < row or len(message.data) != message.step * message.height:
        raise AwacError(f"an image of {message.width} x {message.height} has {len(message.data)} bytes; mend its step")
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)[:, :row]
    pixels = rows.reshape(message.height, message.width, channels)
    if order.startswith("BGR"):
        pixels = pixels[..., [2, 1, 0]]
    picture = Picture.fromarray(np.ascontiguousarray(pixels[..., :3] if channels > 1 else pixels[..., 0]))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
