"""The arm: follows Cartesian twists through the safety limiter and publishes its state; simulated or physical.

A lifecycle node: configure connects and checks without motion, activate arms it, deactivate brakes and holds.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from awac_msgs.srv import ResetArm
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.arm_config import SAWYER, ArmConfig, check
from awac_ros.nodes.arm_hold import ArmHold
from awac_ros.nodes.arm_motion import CommandWatch
from awac_ros.nodes.arm_report import ArmCondition, ArmReport
from awac_ros.nodes.arm_sawyer import SawyerSide
from awac_ros.nodes.arm_simulated import SimulatedSide
from awac_ros.nodes.lifecycle import LifecycleNode, transition
from awac_ros.nodes.messages import joint_state_message, pose_message, seconds, stamp, twist
from awac_ros.nodes.parameters import declare
from awac_ros.nodes.priority import take_precedence
from awac_ros.nodes.rate import Deadlines, Meter
from awac_ros.nodes.runner import Spinner, run

_INACTIVE = "the arm node is not active; activate it, or call arm/resume"
_UNCONFIGURED = "the arm node is not configured; configure it, or start it with autostart"


class ArmNode(LifecycleNode):
    """Owns the arm; in real time an inner loop on absolute deadlines, in lockstep one period a command."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("arm", **arguments)
        self.config = config = declare(self, ArmConfig())
        self._sim_time = bool(self.get_parameter("use_sim_time").value)
        check(config, self._sim_time)
        self._side: SimulatedSide | SawyerSide | None = None
        self._hold: ArmHold | None = None
        self._active = False
        self._periods = 0
        self._meter = Meter()
        self._joints = self.create_publisher(JointState, "joint_states", qos.STATE)
        self._tip = self.create_publisher(PoseStamped, "tip_pose", qos.STATE)
        self._clock_publisher = self.create_publisher(Clock, "/clock", qos.STATE) if self._sim_time else None
        take = self._step_on_command if config.lockstep else self._take_command
        self.create_subscription(TwistStamped, "arm/command", take, qos.COMMAND)
        self.create_service(Trigger, "arm/stop", self._stop)
        self.create_service(Trigger, "arm/resume", self._resume)
        self.create_service(ResetArm, "arm/reset", self._reset)
        self._report = ArmReport(self, self._condition)
        # In lockstep every service costs steps a second, and nobody stands beside the arm.
        self.begin(config.autostart, services=not config.lockstep)

    @transition
    def on_configure(self, state: LifecycleState) -> None:
        """Connect and check; nothing moves."""
        config = self.config
        if config.arm == SAWYER:
            self._side = SawyerSide(self, config, self._halt)
        else:
            self._side = SimulatedSide(self, config.arm, config.limits)
        self._arm = self._side.arm
        self._arm.stop(_INACTIVE)
        if config.dead_man:
            self._hold = ArmHold(self, self._arm, config.dead_man, self._now)
        self._watch = CommandWatch(self._arm, config.command_timeout, config.speed)
        self._inner_steps = round(config.control_period / self._arm.inner_period)
        self._period = config.control_period if config.lockstep else self._arm.inner_period
        self._deadlines = Deadlines(self._period / config.speed, time.monotonic())

    @transition
    def on_activate(self, state: LifecycleState) -> None:
        """Let the arm follow commands."""
        try:
            self._arm.resume()
        except AwacError as error:
            raise AwacError(f"{error}; see to it, then call arm/resume") from error
        self._halt()
        self._active = True

    @transition
    def on_deactivate(self, state: LifecycleState) -> None:
        """Brake and hold."""
        self._halt()
        self._arm.stop(_INACTIVE)
        self._active = False

    @transition
    def on_cleanup(self, state: LifecycleState) -> None:
        """Let go of the robot or the simulator."""
        self.close()

    @transition
    def on_shutdown(self, state: LifecycleState) -> None:
        """Let go, and end the process."""
        self.close()
        self.finished = True

    def run(self, spinner: Spinner) -> None:
        if not self.config.lockstep and (refusal := take_precedence()):
            self.get_logger().info(refusal)
        while not self.finished:
            if self._side is None or self.config.lockstep:
                spinner.once()
            else:
                self._live_one_period(spinner)
            if self._side is not None:
                self._report.poll(self._arm.stop_reason)

    def _live_one_period(self, spinner: Spinner) -> None:
        self._deadlines.worked(time.monotonic())
        while (left := self._deadlines.left(time.monotonic())) > 0.0:
            spinner.once(left)
        if self._deadlines.late(left):
            spinner.catch_up()
        self._deadlines.met(time.monotonic())
        if self._side is None:
            return
        if self._side.moves():
            self._halt()
        else:
            self._watch.follow(time.monotonic())
        self._periods += 1
        if self._hold is not None:
            self._hold.poll()
        self._publish_state()

    def close(self) -> None:
        if self._hold is not None:
            self._hold.close()
            self._hold = None
        if self._side is not None:
            self._side.close()
            self._side = None

    def _halt(self) -> None:
        self._watch.halt(time.monotonic())

    def _now(self) -> float:
        """s: simulated, or the node's clock."""
        if self.config.lockstep or self._sim_time:
            return self._periods * self._period
        return self.get_clock().now().nanoseconds / 1e9

    def _step_on_command(self, message: TwistStamped) -> None:
        """Lockstep: a command that answers the newest state moves the world on; any other asks for that state again."""
        if self._side is None:
            return
        v_base_tip = self._read(message)
        if v_base_tip is not None and message.header.stamp == stamp(self._now()):
            for _ in range(self._inner_steps):
                self._arm.follow(v_base_tip)
            self._periods += 1
            self._meter.count(time.monotonic())
        self._publish_state()

    def _take_command(self, message: TwistStamped) -> None:
        v_base_tip = self._read(message) if self._side is not None else None
        if v_base_tip is not None:
            age = self._now() - seconds(message.header.stamp)
            self._watch.command(v_base_tip, age, time.monotonic())

    def _read(self, message: TwistStamped) -> np.ndarray | None:
        """The twist (6,); a message that isn't one stops the arm."""
        try:
            return twist(message)
        except AwacError as error:
            self._halt()
            self._arm.stop(f"arm/command: {error}")
            return None

    def _publish_state(self) -> None:
        state, now = self._arm.state(), stamp(self._now())
        self._tip.publish(pose_message(now, state.p_base_tip, state.q_base_tip))
        self._side.publish(now)
        if self._joints.get_subscription_count():
            self._joints.publish(joint_state_message(now, self._arm.joint_names, state))
        if self._clock_publisher is not None:
            self._clock_publisher.publish(Clock(clock=now))

    def _stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        if self._side is None:
            response.message = _UNCONFIGURED
            return response
        self._halt()
        self._arm.stop("arm/stop was called")
        self._report.poll(self._arm.stop_reason)
        response.success, response.message = True, f"stopped: {self._arm.stop_reason}"
        return response

    def _resume(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        """An inactive node is activated: a person says so, which is all that activation is."""
        try:
            if self._side is None:
                raise AwacError(_UNCONFIGURED)
            self._halt()
            if self._active:
                self._arm.resume()
            elif self.trigger_activate() is not TransitionCallbackReturn.SUCCESS:
                raise self.failure
        except AwacError as error:
            response.message = str(error)
            return response
        self._report.poll(self._arm.stop_reason)
        response.success, response.message = True, "the arm follows commands again"
        return response

    def _reset(self, request: ResetArm.Request, response: ResetArm.Response) -> ResetArm.Response:
        """Without a stamp while the arm is still on its way."""
        tip, puck = (np.array([p.x, p.y, p.z]) for p in (request.tip.position, request.puck.position))
        try:
            if self._side is None:
                raise AwacError(_UNCONFIGURED)
            if not np.isfinite((tip, puck)).all():
                raise AwacError(f"tip {tip.tolist()} and puck {puck.tolist()} are not both finite; give positions in m")
            response.message = self._side.reset(tip, puck) or ""
            response.success = True
        except AwacError as error:
            response.message = str(error)
        if self._side is not None:
            self._halt()
        if not response.success or response.message:
            return response
        # A scene's stamps are its own, and its first is no continuation of the scene before.
        self._periods += 2
        self._publish_state()
        response.stamp = stamp(self._now())
        return response

    def _condition(self) -> ArmCondition:
        lockstep = self.config.lockstep
        return ArmCondition(
            time=self._now(),
            stop_reason=self._arm.stop_reason,
            rate=self._meter.rate * self._inner_steps if lockstep else self._deadlines.rate,
            overruns=self._deadlines.overruns,
            lockstep=lockstep,
            of_robot=self._side.values(),
        )


def main() -> None:
    """Entry point."""
    sys.exit(run(ArmNode))
