"""A stand-in for Rethink's intera_interface: same calls, same topics, same traps, written from its documentation."""

from __future__ import annotations

import errno
import time
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import rospy

POSITION_MODE, VELOCITY_MODE = 1, 2
_LIMB = "/robot/limb/right/"
_PRESSED = 1


def _wait_for(condition: Callable[[], bool], timeout: float, what: str, body: Callable[[], None] | None = None) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise OSError(errno.ETIMEDOUT, what)
        if body is not None:
            body()
        time.sleep(0.01)


class Limb:
    """The arm; joint commands share one message, so this is not thread-safe."""

    Point = namedtuple("Point", ["x", "y", "z"])

    def __init__(self, limb: str = "right", synchronous_pub: bool = False) -> None:
        self._angles: dict[str, float] = {}
        self._velocities: dict[str, float] = {}
        self._efforts: dict[str, float] = {}
        self._wrench: dict[str, Limb.Point] = {}
        self._collided = False
        self._command: dict[str, Any] = {}
        self._commands = rospy.Publisher(_LIMB + "joint_command", queue_size=1, tcp_nodelay=True)
        self._timeouts = rospy.Publisher(_LIMB + "joint_command_timeout", latch=True, queue_size=10)
        rospy.Subscriber(_LIMB + "endpoint_state", None, self._take_endpoint, queue_size=1)
        rospy.Subscriber(_LIMB + "collision_detection_state", None, self._take_collision, queue_size=1)
        rospy.Subscriber("robot/joint_states", None, self._take_joints, queue_size=1)
        _wait_for(lambda: bool(self._angles), 5.0, "right limb init failed to get current joint_states")
        _wait_for(lambda: bool(self._wrench), 5.0, "right limb init failed to get current endpoint_state")

    def _take_joints(self, message: Any) -> None:
        for name, position, velocity, effort in zip(
            message.name, message.position, message.velocity, message.effort, strict=True
        ):
            self._angles[name], self._velocities[name], self._efforts[name] = position, velocity, effort

    def _take_endpoint(self, message: Any) -> None:
        self._wrench = {"force": self.Point(*message.force), "torque": self.Point(*message.torque)}

    def _take_collision(self, message: Any) -> None:
        self._collided = message.collision_state

    def joint_names(self) -> list[str]:
        return [f"right_j{i}" for i in range(7)]

    def joint_angles(self) -> dict[str, float]:
        return dict(self._angles)

    def joint_velocities(self) -> dict[str, float]:
        return dict(self._velocities)

    def joint_efforts(self) -> dict[str, float]:
        return dict(self._efforts)

    def endpoint_effort(self) -> dict[str, Limb.Point]:
        return dict(self._wrench)

    def has_collided(self) -> bool:
        return self._collided

    def set_command_timeout(self, timeout: float) -> None:
        self._timeouts.publish({"data": timeout})

    def exit_control_mode(self, timeout: float = 0.2) -> None:
        self.set_command_timeout(timeout)
        self.set_joint_positions(self.joint_angles())

    def set_joint_positions(self, positions: dict[str, float]) -> None:
        self._send(POSITION_MODE, "position", positions)

    def set_joint_velocities(self, velocities: dict[str, float]) -> None:
        self._send(VELOCITY_MODE, "velocity", velocities)

    def _send(self, mode: int, field: str, values: dict[str, float]) -> None:
        self._command.update(mode=mode, names=list(values), position=[], velocity=[])
        self._command[field] = list(values.values())
        self._commands.publish(self._command)


class RobotEnable:
    """The robot's state, and what changes it."""

    def __init__(self, versioned: bool = False) -> None:
        if versioned:
            raise SystemExit(1)  # as the real one where the versions differ
        self._state: Any = None
        self._enable = rospy.Publisher("robot/set_super_enable", queue_size=10)
        self._reset = rospy.Publisher("robot/set_super_reset", queue_size=10)
        rospy.Subscriber("robot/state", None, self._take)
        _wait_for(lambda: self._state is not None, 5.0, "Failed to get robot state on robot/state")

    def _take(self, message: Any) -> None:
        self._state = message

    def state(self) -> Any:
        return self._state

    def enable(self) -> None:
        if self._state.stopped:
            self.reset()
        self._toggle(True)

    def disable(self) -> None:
        self._toggle(False)

    def _toggle(self, enabled: bool) -> None:
        what = f"Failed to {'en' if enabled else 'dis'}able robot"
        _wait_for(lambda: self._state.enabled == enabled, 5.0, what, lambda: self._enable.publish({"data": enabled}))

    def reset(self) -> None:
        if self._state.stopped and self._state.estop_button == _PRESSED:
            raise OSError(errno.EREMOTEIO, "Failed to Reset: E-Stop Engaged")
        _wait_for(
            lambda: not (self._state.stopped or self._state.error or self._state.estop_button),
            5.0,
            "Failed to reset robot",
            self._reset.publish,
        )


class Cuff:
    """The cuff above the hand."""

    def __init__(self, limb: str = "right") -> None:
        self._pressed = False
        rospy.Subscriber("/io/robot/cuff/state", None, self._take)

    def _take(self, message: Any) -> None:
        self._pressed = message.right_cuff

    def cuff_button(self) -> bool:
        return self._pressed


class Gripper:
    """The electric gripper."""

    MAX_POSITION, MIN_POSITION = 0.041667, 0.0

    def __init__(self, ee_name: str = "right_gripper", calibrate: bool = True) -> None:
        self._commands = rospy.Publisher("/io/end_effector/command", queue_size=10)

    def open(self, position: float = MAX_POSITION) -> None:
        self._commands.publish({"position_m": position})

    def close(self, position: float = MIN_POSITION) -> None:
        self._commands.publish({"position_m": position})


class JointLimits:
    """The robot's own limits."""

    def __init__(self) -> None:
        self._limits: Any = None
        rospy.Subscriber("/robot/joint_limits", None, self._take)
        _wait_for(lambda: self._limits is not None, 5.0, "failed to get current joint_limits")

    def _take(self, message: Any) -> None:
        self._limits = message

    def _of(self, field: str, names: list[str]) -> list[float]:
        return [getattr(self._limits, field)[self._limits.joint_names.index(name)] for name in names]

    def get_joint_lower_limits(self, joint_names: list[str]) -> list[float]:
        return self._of("position_lower", joint_names)

    def get_joint_upper_limits(self, joint_names: list[str]) -> list[float]:
        return self._of("position_upper", joint_names)

    def get_joint_velocity_limits(self, joint_names: list[str]) -> list[float]:
        return self._of("velocity", joint_names)
