"""What the arm node has with the physical Sawyer: its status, a person's wishes, and motions of the arm's own."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from rclpy.node import Node
from std_msgs.msg import Float32
from std_srvs.srv import Trigger

from awac_ros.arms import sawyer_agent as agent
from awac_ros.arms.sawyer import SawyerArm
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.arm_config import ArmConfig
from awac_ros.nodes.arm_motion import OwnMotion
from awac_ros.nodes.messages import position, twist_message, wrench_message
from awac_ros.nodes.neutral import NeutralAction

_WISHES = {
    "robot/enable": agent.ENABLE,
    "robot/disable": agent.DISABLE,
    "robot/reset": agent.RESET,
    "gripper/open": agent.OPEN_GRIPPER,
    "gripper/close": agent.CLOSE_GRIPPER,
}
_FLAGS = {
    "homed": agent.HOMED,
    "enabled": agent.ENABLED,
    "stopped": agent.STOPPED,
    "error": agent.ERROR,
    "low voltage": agent.LOW_VOLTAGE,
    "collision": agent.COLLISION,
    "cuff": agent.CUFF,
    "follows commands": agent.ENGAGED,
}
_ESTOP_BUTTON = ("up", "pressed", "unknown", "released, not reset")
_PATIENCE = 15.0
_PUCK_IS_OLD = 1.0
_STILL = np.zeros(6)


class SawyerSide:
    """The physical robot beside the motion that it is commanded."""

    def __init__(self, node: Node, config: ArmConfig, halt: Callable[[], None]) -> None:
        """`halt` makes the node forget the command that it follows. AwacError where the robot can't be had."""
        self.arm = SawyerArm(config.robot_host, config.robot_port, config.limits)
        self._node = node
        self._halt = halt
        self._motion = OwnMotion(self.arm)
        self._told = 0.0
        self._puck: tuple[float, np.ndarray] | None = None
        self._twist = node.create_publisher(TwistStamped, "tip_twist", qos.STATE)
        self._wrench = node.create_publisher(WrenchStamped, "tip_wrench", qos.STATE)
        self._progress = node.create_publisher(Float32, "arm/progress", qos.LATCHED)
        self._hears_puck = node.create_subscription(PoseStamped, "puck_pose", self._take_puck, qos.STATE)
        self._services = [
            node.create_service(Trigger, name, lambda _, response, action=action: self._serve(action, response))
            for name, action in _WISHES.items()
        ]
        self._services.append(node.create_service(Trigger, "arm/cancel", self._cancel))
        self._neutral = NeutralAction(node, self.arm, self._motion, halt)

    def moves(self) -> bool:
        """Move the arm for this inner period, if a motion of its own is under way; whether it was."""
        return self._motion.step()

    def publish(self, now: Time) -> None:
        self._twist.publish(twist_message(now, self.arm.velocity()))
        if (wrench := self.arm.state().wrench_base_tip) is not None:
            self._wrench.publish(wrench_message(now, wrench))
        self._neutral.poll()
        if self._motion.progress != self._told:
            self._told = self._motion.progress
            self._progress.publish(Float32(data=self._told))

    def reset(self, p_base_tip: np.ndarray, _: np.ndarray) -> str | None:
        """Go to where an episode starts; None once there, until then one sentence. The puck is a person's affair.

        AwacError where the way is given up.
        """
        if self._puck is None or time.monotonic() - self._puck[0] > _PUCK_IS_OLD:
            return "no puck_pose comes, so the tip stays where it is; check the tracker"
        if self._motion.scene(p_base_tip, self._puck[1]):
            return None
        waits = None if self.arm.held else "hold the dead-man, the tip goes on while it is held"
        return f"on the way: {self.arm.stop_reason or waits or f'{self._motion.progress:.0%}'}"

    def values(self) -> dict[str, object]:
        """For the diagnostics."""
        if not self.arm.connected:
            return {"agent": "not connected"}
        robot, description = self.arm.robot_state, self.arm.robot_description
        return {
            "agent": "connected",
            "robot software": description.software,
            "gripper": description.gripper,
            **{name: bool(robot.flags & flag) for name, flag in _FLAGS.items()},
            "E-stop button": _ESTOP_BUTTON[robot.estop_button],
            "age of the joint states (s)": robot.age,
        }

    def close(self) -> None:
        self.arm.close()
        self._neutral.close()
        for publisher in (self._twist, self._wrench, self._progress):
            self._node.destroy_publisher(publisher)
        self._node.destroy_subscription(self._hears_puck)
        for service in self._services:
            self._node.destroy_service(service)

    def _take_puck(self, message: PoseStamped) -> None:
        try:
            self._puck = time.monotonic(), position(message)
        except AwacError as error:
            self._node.get_logger().error(f"puck_pose: {error}", throttle_duration_sec=1.0)

    def _serve(self, action: int, response: Trigger.Response) -> Trigger.Response:
        """Brake, ask the robot, and wait for its answer; commands wait, too."""
        self._halt()
        self._motion.interrupt("interrupted by a request to the robot")
        try:
            request = self.arm.request(action)
            response.success, response.message = self._answer(request)
        except AwacError as error:
            response.message = str(error)
        self._halt()
        return response

    def _answer(self, request: int) -> tuple[bool, str]:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            self.arm.follow(_STILL)
            if (answer := self.arm.answer(request)) is not None:
                return answer
            time.sleep(self.arm.inner_period)
        return False, f"the agent has not answered for {_PATIENCE:g} s; see to it"

    def _cancel(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = self._motion.cancel("arm/cancel was called")
        response.message = "the arm comes to rest" if response.success else "no motion of its own is under way"
        return response
