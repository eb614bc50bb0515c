"""A joystick that another node publishes as sensor_msgs/Joy: joy's game_controller_node, or spacenav_node."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from rclpy.node import Node
from sensor_msgs.msg import Joy

from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.devices.device import PERIOD, Device, Reading
from awac_ros.nodes.devices.joystick import Joystick
from awac_ros.nodes.devices.mapping import JoystickMapping

_SILENCE = 0.25
"""s; joy's nodes repeat themselves 20 times a second, spacenav_node 30 times."""


class JoyTopic(Device):
    """Follows a Joy topic."""

    def __init__(self, node: Node, topic: str, mapping: JoystickMapping) -> None:
        self._log = node.get_logger()
        self._topic = topic
        self._joystick = Joystick(mapping, _SILENCE)
        self._refusal: str | None = None
        node.create_subscription(Joy, topic, self._take, qos.STATE)

    def wait(self, spin: Callable[[float], None]) -> None:
        spin(PERIOD)

    def read(self, now: float) -> Reading:
        reading = self._joystick.read(now)
        silence = f"{self._topic} is silent; start the node that publishes it, with its autorepeat on"
        return replace(reading, trouble=self._refusal or (silence if self._joystick.silent else None))

    def say(self, sentence: str) -> None:
        self._log.info(sentence)

    def _take(self, message: Joy) -> None:
        try:
            self._joystick.put(message.axes, message.buttons, time.monotonic())
            self._refusal = None
        except AwacError as error:
            self._joystick.lost()
            self._refusal = f"{self._topic}: {error}"
