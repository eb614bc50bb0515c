"""The arm: follows Cartesian twists through the safety limiter and publishes its state; simulated for now."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus
from awac_msgs.srv import ResetArm
from awac_ros.arms import make_arm
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.arm_motion import CommandWatch
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.messages import joint_state_message, pose_message, seconds, stamp, twist
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.priority import take_precedence
from awac_ros.nodes.rate import Deadlines, Meter
from awac_ros.nodes.runner import RunnableNode, Spinner, run


@dataclass(frozen=True)
class ArmConfig:
    """The arm's parameters."""

    arm: str = parameter("bullet", "Which arm: bullet is the PyBullet Sawyer.")
    lockstep: bool = parameter(False, "Simulate one control period for each command, as fast as the commands come.")
    speed: float = parameter(
        1.0, "Simulated seconds a second of real time; other than 1 needs use_sim_time.", low=0.01, high=100.0
    )
    control_period: float = parameter(0.1, "s that pass for each command in lockstep.", low=0.001, high=10.0)
    command_timeout: float = parameter(
        0.2, "s without a command after which a moving arm stops; older commands are refused.", low=0.01, high=5.0
    )


class ArmNode(RunnableNode):
    """Owns the arm; in real time an inner loop on absolute deadlines, in lockstep one period a command."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("arm", **arguments)
        self.config = config = declare(self, ArmConfig())
        self._sim_time = bool(self.get_parameter("use_sim_time").value)
        if config.speed != 1.0 and not self._sim_time:
            raise AwacError(f"arm: speed is {config.speed}, so the other nodes need its clock; set use_sim_time on all")
        self._arm = make_arm(config.arm)
        self._watch = CommandWatch(self._arm, config.command_timeout, config.speed)
        self._inner_steps = round(config.control_period / self._arm.inner_period)
        self._period = config.control_period if config.lockstep else self._arm.inner_period
        self._periods = 0
        self._deadlines = Deadlines(self._period / config.speed, time.monotonic())
        self._meter = Meter()
        self._reported: str | None = None
        self._joints = self.create_publisher(JointState, "joint_states", qos.STATE)
        self._tip = self.create_publisher(PoseStamped, "tip_pose", qos.STATE)
        self._puck = self.create_publisher(PoseStamped, "puck_pose", qos.STATE)
        self._status = self.create_publisher(ArmStatus, "arm/status", qos.LATCHED)
        self._clock_publisher = self.create_publisher(Clock, "/clock", qos.STATE) if self._sim_time else None
        take = self._step_on_command if config.lockstep else self._take_command
        self.create_subscription(TwistStamped, "arm/command", take, qos.COMMAND)
        self.create_service(Trigger, "arm/stop", self._stop)
        self.create_service(Trigger, "arm/resume", self._resume)
        self.create_service(ResetArm, "arm/reset", self._reset)
        self._diagnostics = Diagnostics(self, "inner loop", self._health)

    def run(self, spinner: Spinner) -> None:
        if not self.config.lockstep and (refusal := take_precedence()):
            self.get_logger().info(refusal)
        while True:
            if self.config.lockstep:
                spinner.once()
            else:
                self._deadlines.worked(time.monotonic())
                while (left := self._deadlines.left(time.monotonic())) > 0.0:
                    spinner.once(left)
                self._deadlines.met(time.monotonic())
                self._watch.follow(time.monotonic())
                self._periods += 1
                self._publish_state()
            self._report()

    def close(self) -> None:
        self._arm.close()

    def _now(self) -> float:
        """s: simulated, or the node's clock."""
        if self.config.lockstep or self._sim_time:
            return self._periods * self._period
        return self.get_clock().now().nanoseconds / 1e9

    def _step_on_command(self, message: TwistStamped) -> None:
        """Lockstep: a command that answers the newest state moves the world on; any other asks for that state again."""
        v_base_tip = self._read(message)
        if v_base_tip is not None and message.header.stamp == stamp(self._now()):
            for _ in range(self._inner_steps):
                self._arm.follow(v_base_tip)
            self._periods += 1
            self._meter.count(time.monotonic())
        self._publish_state()

    def _take_command(self, message: TwistStamped) -> None:
        v_base_tip = self._read(message)
        if v_base_tip is not None:
            age = self._now() - seconds(message.header.stamp)
            self._watch.command(v_base_tip, age, time.monotonic())

    def _read(self, message: TwistStamped) -> np.ndarray | None:
        """The twist (6,); a message that isn't one stops the arm."""
        try:
            return twist(message)
        except AwacError as error:
            self._watch.halt(time.monotonic())
            self._arm.stop(f"arm/command: {error}")
            return None

    def _publish_state(self) -> None:
        state, now = self._arm.state(), stamp(self._now())
        self._tip.publish(pose_message(now, state.p_base_tip, state.q_base_tip))
        self._puck.publish(pose_message(now, self._arm.puck_position()))
        if self._joints.get_subscription_count():
            self._joints.publish(joint_state_message(now, self._arm.joint_names, state))
        if self._clock_publisher is not None:
            self._clock_publisher.publish(Clock(clock=now))

    def _stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._watch.halt(time.monotonic())
        self._arm.stop("arm/stop was called")
        self._report()
        response.success, response.message = True, f"stopped: {self._arm.stop_reason}"
        return response

    def _resume(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._watch.halt(time.monotonic())
        self._arm.resume()
        self._report()
        response.success, response.message = True, "the arm follows commands again"
        return response

    def _reset(self, request: ResetArm.Request, response: ResetArm.Response) -> ResetArm.Response:
        tip, puck = (np.array([p.x, p.y, p.z]) for p in (request.tip.position, request.puck.position))
        try:
            if not np.isfinite((tip, puck)).all():
                raise AwacError(f"tip {tip.tolist()} and puck {puck.tolist()} are not both finite; give positions in m")
            self._arm.reset(tip, puck)
        except AwacError as error:
            response.message = str(error)
            return response
        finally:
            self._watch.halt(time.monotonic())
        # A scene's stamps are its own, and its first is no continuation of the scene before.
        self._periods += 2
        self._publish_state()
        response.success, response.stamp = True, stamp(self._now())
        return response

    def _report(self) -> None:
        """Status and diagnostics: once a second, and the status at once when the arm stops or resumes."""
        changed = self._arm.stop_reason != self._reported
        if not self._diagnostics.poll(time.monotonic()) and not changed:
            return
        if changed and self._arm.stop_reason is not None:
            self.get_logger().error(f"the arm stops: {self._arm.stop_reason}")
        self._reported = self._arm.stop_reason
        status = ArmStatus(
            stopped=self._reported is not None,
            stop_reason=self._reported or "",
            lockstep=self.config.lockstep,
            rate=self._rate,
            overruns=self._deadlines.overruns,
        )
        status.header.stamp = stamp(self._now())
        self._status.publish(status)

    @property
    def _rate(self) -> float:
        """Hz of the inner loop."""
        return self._meter.rate * self._inner_steps if self.config.lockstep else self._deadlines.rate

    def _health(self) -> Health:
        reason = self._arm.stop_reason
        return Health(
            values={"rate (Hz)": self._rate, "overruns": self._deadlines.overruns, "lockstep": self.config.lockstep},
            error=f"stopped: {reason}" if reason else None,
        )


def main() -> None:
    """Entry point."""
    sys.exit(run(ArmNode))
