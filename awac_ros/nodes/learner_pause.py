"""A person's word to the learner that it should wait."""

from __future__ import annotations

from rclpy.node import Node
from std_srvs.srv import SetBool

SERVICE = "learner/pause"
PAUSED = "paused; call learner/pause with false to go on"
"""What the learner's status says meanwhile."""


class Pause:
    """Offers the service; `on` while somebody wants the learner to wait."""

    def __init__(self, node: Node) -> None:
        self.on = False
        node.create_service(SetBool, SERVICE, self._set)

    def _set(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self.on = request.data
        response.success, response.message = True, PAUSED if self.on else "training goes on"
        return response
