"""The robot's own controller, simulated as it was measured: modes, command timeout, E-stop, refusals."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from awac_ros.arms.kinematics import JOINT_NAMES, Kinematics
from awac_ros.rehearsal.joints import Joints

POSITION, VELOCITY = 1, 2
UP, PRESSED, UNKNOWN, RELEASED = range(4)
"""Of the E-stop button."""
_HISTORY = 60.0


@dataclass(frozen=True)
class RobotConfig:
    """What differs from robot to robot."""

    clips_speed: bool = False
    """Whether it clips velocities to its own limits; the real one may not."""
    position_gain: float = 12.0
    """1/s: how fast a held or commanded position is approached."""
    resolution: float = 1e-4
    """rad: a smaller error of position moves nothing."""


class SimulatedRobot:
    """Time is the caller's: every method that needs it is told, in s."""

    def __init__(self, joints: Joints, config: RobotConfig | None = None) -> None:
        self.joints = joints
        self.kinematics = Kinematics()
        self.config = config or RobotConfig()
        self.renew()

    def renew(self) -> None:
        """As it was switched on: in its first position, enabled, at rest."""
        self.joints.renew()
        self.mode = POSITION
        self.timeout = 0.2
        self.speed_ratio = 0.3
        self.enabled = True
        self.stopped = False
        self.estop_button = UP
        self.estop_source = 0
        self.collided = False
        self.cuff = False
        self.state_delay = 0.0
        """s that joint states take to arrive; infinite: they are lost."""
        self.gripper = 0.0
        """m, opening."""
        self.commands = 0
        """Velocity commands followed since the start."""
        self.refused: list[str] = []
        """Why commands were refused, one sentence each."""
        self.timeouts = 0
        """How often the robot's own command timeout ended velocity mode."""
        self._position_target = self.joints.position.copy()
        self._velocity_target = np.zeros(7)
        self._commanded = 0.0
        self._history: deque[tuple[float, float, float, float, float]] = deque(
            maxlen=round(_HISTORY / self.joints.period)
        )

    def joint_command(self, command: Mapping[str, Any], now: float) -> None:
        """intera_core_msgs/JointCommand; one that is malformed is refused and changes nothing."""
        mode = command["mode"]
        values = command["velocity" if mode == VELOCITY else "position"]
        if mode not in (POSITION, VELOCITY):
            self.refused.append(f"mode {mode} is not known")
        elif sorted(command["names"]) != list(JOINT_NAMES) or len(values) != 7:
            self.refused.append(f"a command for {command['names']} with {len(values)} values")
        elif not all(math.isfinite(value) for value in values):
            self.refused.append("a command that is not finite")
        elif self.enabled and not self.stopped:
            ordered = np.array([values[command["names"].index(name)] for name in JOINT_NAMES])
            self.mode, self._commanded = mode, now
            if mode == VELOCITY:
                self._velocity_target = ordered
                self.commands += 1
            else:
                self._position_target = ordered

    def set_timeout(self, timeout: float) -> None:
        self.timeout = min(max(timeout, 0.0), 1.0)

    def enable(self, enabled: bool) -> None:
        """A stopped robot can't be enabled."""
        self.enabled = enabled and not self.stopped
        self._hold()

    def stop(self) -> None:
        """A software stop, to be reset."""
        self.stopped, self.enabled, self.estop_source = True, False, 0

    def press_estop(self) -> None:
        self.stopped, self.enabled, self.estop_button, self.estop_source = True, False, PRESSED, 1

    def release_estop(self) -> None:
        """The robot stays stopped until it is reset."""
        self.estop_button = RELEASED

    def reset(self) -> None:
        """Does nothing while the E-stop is pressed; leaves the robot disabled."""
        if self.estop_button != PRESSED:
            self.stopped, self.enabled, self.estop_button, self.estop_source = False, False, UP, 0

    def lead(self, joint_position: list[float]) -> None:
        """A person leads the arm by its cuff to joints (7,) rad; it stays put without the cuff."""
        if self.cuff:
            self.mode, self._position_target = POSITION, np.array(joint_position)

    def step(self, now: float) -> None:
        """Let one period of the joints pass."""
        if self.mode == VELOCITY and now - self._commanded > self.timeout:
            self.timeouts += 1
            self._hold()
        self.joints.step(self._wanted())
        tip = self.kinematics.frame_pose(self.joints.position)[0]
        self._history.append((now, float(np.abs(self.joints.velocity).max()), *tip.tolist()))

    def _hold(self) -> None:
        self.mode, self._position_target = POSITION, self.joints.position.copy()

    def _wanted(self) -> np.ndarray:
        limit = self.kinematics.velocity_limit
        if not self.enabled:
            self._hold()
            return np.zeros(7)
        if self.mode == VELOCITY:
            return np.clip(self._velocity_target, -limit, limit) if self.config.clips_speed else self._velocity_target
        error = self._position_target - self.joints.position
        error[np.abs(error) < self.config.resolution] = 0.0
        return np.clip(self.config.position_gain * error, -self.speed_ratio * limit, self.speed_ratio * limit)

    def history(self, since: float) -> list[tuple[float, float, float, float, float]]:
        """(time s, largest joint speed rad/s, tip x y z m) of every step after `since`."""
        return [row for row in self._history if row[0] > since]

    def status(self) -> dict[str, Any]:
        """What the drills look at."""
        return {
            "enabled": self.enabled,
            "stopped": self.stopped,
            "velocity_mode": self.mode == VELOCITY,
            "timeout": self.timeout,
            "timeouts": self.timeouts,
            "commands": self.commands,
            "refused": self.refused,
            "gripper": self.gripper,
            "position": self.joints.position.tolist(),
            "speed": float(np.abs(self.joints.velocity).max()),
        }
