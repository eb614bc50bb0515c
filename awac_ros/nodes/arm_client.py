"""The arm's services, as the actor calls them."""

from __future__ import annotations

import time

from rclpy.node import Node
from rclpy.task import Future
from std_srvs.srv import Trigger

from awac_msgs.srv import ResetArm
from awac_ros.errors import AwacError
from awac_ros.nodes.messages import pose_message, seconds, stamp
from awac_ros.tasks import Scene

_ANSWER_WITHIN = 5.0
_TIP_DOWN = (1.0, 0.0, 0.0, 0.0)


class ArmClient:
    """Asks for a scene, and for a stop; nothing here waits."""

    def __init__(self, node: Node) -> None:
        self._reset = node.create_client(ResetArm, "arm/reset")
        self._stop = node.create_client(Trigger, "arm/stop")
        self._request = ResetArm.Request()
        self._answer: Future | None = None
        self._deadline = 0.0
        self._stamp: float | None = None
        self.waits_for = ""
        """What the arm said it needs before the scene is set; empty where it has not answered yet."""
        self._stop_wanted = False
        self._stop_answer: Future | None = None
        self._stop_deadline = 0.0

    def ask_scene(self, scene: Scene) -> None:
        """Put the tip and the puck where the episode starts; `scene_stamp` says when that is done."""
        zero = stamp(0.0)
        self._answer = self._stamp = None
        self.waits_for = ""
        self._request = ResetArm.Request(
            tip=pose_message(zero, scene.p_base_tip, _TIP_DOWN).pose, puck=pose_message(zero, scene.p_base_puck).pose
        )

    def scene_stamp(self) -> float | None:
        """The stamp of the scene's first state, or None while the arm has not answered; asks again if need be.

        AwacError if the arm refuses the scene.
        """
        now = time.monotonic()
        if self._answer is not None and self._answer.done():
            reply = self._answer.result()
            if not reply.success:
                raise AwacError(f"arm/reset refused the scene: {reply.message}")
            # No stamp yet: the physical arm is on its way there.
            self._answer, self._stamp, self.waits_for = None, seconds(reply.stamp) or None, reply.message
        if self._answer is not None and now > self._deadline:
            self._reset.remove_pending_request(self._answer)
            self._answer = None
        if self._stamp is None and self._answer is None and self._reset.service_is_ready():
            self._answer = self._reset.call_async(self._request)
            self._deadline = now + _ANSWER_WITHIN
        return self._stamp

    def stop(self) -> None:
        """Stop the arm until somebody calls arm/resume; `is_stopping` sees it through."""
        self._stop_wanted = True
        self.is_stopping()

    def is_stopping(self) -> bool:
        """Whether a stop was asked for and is not confirmed yet; asks again if need be."""
        now = time.monotonic()
        if self._stop_answer is not None and self._stop_answer.done():
            self._stop_answer, self._stop_wanted = None, False
        if self._stop_answer is not None and now > self._stop_deadline:
            self._stop.remove_pending_request(self._stop_answer)
            self._stop_answer = None
        if self._stop_wanted and self._stop_answer is None and self._stop.service_is_ready():
            self._stop_answer = self._stop.call_async(Trigger.Request())
            self._stop_deadline = now + _ANSWER_WITHIN
        return self._stop_wanted
