"""Every device by its name."""

from __future__ import annotations

from pathlib import Path

from rclpy.node import Node

from awac_ros.nodes.devices.device import Device
from awac_ros.nodes.devices.joy_topic import JoyTopic
from awac_ros.nodes.devices.keyboard import Keyboard
from awac_ros.nodes.devices.mapping import JoystickMapping, KeyboardMapping, Motion, load
from awac_ros.resources import resource

_MAPPINGS = {
    "keyboard": "config/teleop_keyboard.yaml",
    "gamepad": "config/teleop_gamepad.yaml",
    "joy": "config/teleop_gamepad.yaml",
    "spacemouse": "config/teleop_spacemouse.yaml",
}
_TOPICS = {"joy": "joy", "spacemouse": "spacenav/joy"}
DEVICES = tuple(_MAPPINGS)


def make_device(node: Node, name: str, mapping: str) -> tuple[Device, Motion]:
    """The device and how its deflections become twists; an empty `mapping` is the file that comes with the device.

    AwacError if the mapping does not fit, or where the device can't be read.
    """
    path = Path(mapping) if mapping else resource(_MAPPINGS[name])
    if name == "keyboard":
        keys = load(path, KeyboardMapping)
        return Keyboard(keys), keys
    joystick = load(path, JoystickMapping)
    if name == "gamepad":
        from awac_ros.nodes.devices.gamepad import Gamepad  # SDL, for those who ask for it

        return Gamepad(joystick, node.get_logger().info), joystick
    return JoyTopic(node, _TOPICS[name], joystick), joystick
