"""The action arm/neutral: the way to the manufacturer's neutral pose, with feedback, until it is there or cancelled."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node

from awac_msgs.action import GoToNeutral
from awac_ros.arms import Arm
from awac_ros.arms.reach import Reach
from awac_ros.errors import AwacError
from awac_ros.nodes.arm_motion import OwnMotion

_FEEDBACK_EVERY = 0.01
"""Of the whole way."""


class NeutralAction:
    """One goal at a time: a new one takes the place of the one before, which is aborted."""

    def __init__(self, node: Node, arm: Arm, motion: OwnMotion, halt: Callable[[], None]) -> None:
        """`halt` makes the node forget the command that it follows."""
        self._arm, self._motion, self._halt = arm, motion, halt
        self._goal: ServerGoalHandle | None = None
        self._reach: Reach | None = None
        self._told = 0.0
        self._ends: dict[bytes, tuple[Callable[[ServerGoalHandle], None], str]] = {}
        self._server = ActionServer(
            node,
            GoToNeutral,
            "arm/neutral",
            self._end,
            handle_accepted_callback=self._begin,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    def poll(self) -> None:
        """Say how far the arm is, or how it ended; called once an inner period."""
        if self._goal is None:
            return
        if self._goal.is_cancel_requested:
            self._motion.cancel("cancelled by who asked for it")
        if self._motion.way is self._reach:
            if self._motion.progress >= self._told + _FEEDBACK_EVERY:
                self._told = self._motion.progress
                self._goal.publish_feedback(GoToNeutral.Feedback(progress=self._told))
        elif self._reach.arrived:
            self._conclude(ServerGoalHandle.succeed, "")
        elif self._goal.is_cancel_requested:
            self._conclude(ServerGoalHandle.canceled, self._motion.failure)
        else:
            self._conclude(ServerGoalHandle.abort, self._motion.failure or "another motion took its place")

    def close(self) -> None:
        self._server.destroy()

    def _begin(self, goal: ServerGoalHandle) -> None:
        if self._goal is not None:
            self._conclude(ServerGoalHandle.abort, "another goal took its place")
        self._halt()
        self._goal, self._told = goal, 0.0
        try:
            self._reach = Reach.neutral(self._arm.state(), self._arm.kinematics)
            self._motion.go(self._reach)
        except AwacError as error:
            self._conclude(ServerGoalHandle.abort, str(error))

    def _conclude(self, end: Callable[[ServerGoalHandle], None], message: str) -> None:
        goal, self._goal = self._goal, None
        self._ends[bytes(goal.goal_id.uuid)] = end, message
        goal.execute()

    def _end(self, goal: ServerGoalHandle) -> GoToNeutral.Result:
        # Only now, since whatever runs here runs at a stretch: while the arm moves, the goal is an accepted one.
        end, message = self._ends.pop(bytes(goal.goal_id.uuid))
        end(goal)
        return GoToNeutral.Result(message=message)
