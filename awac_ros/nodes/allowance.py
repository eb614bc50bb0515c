"""How a device tells the arm that a person lets it move: arm/hold."""

from __future__ import annotations

from rclpy.node import Node
from std_msgs.msg import Header

from awac_ros.nodes import qos

_SHORTEST = 0.01
"""s between two words, however often the device speaks."""


class Allowance:
    """Says so again and again while something is held, and once that it is let go.

    What was held through a stop of the arm counts only once it has been let go.
    """

    def __init__(self, node: Node) -> None:
        self._clock = node.get_clock()
        self._publisher = node.create_publisher(Header, "arm/hold", qos.COMMAND)
        self._held = False
        self._ready = True
        self._said = 0.0

    def tell(self, held: bool, stopped: bool, now: float) -> None:
        """Whether something is held at `now` (monotonic s), and whether the arm is stopped."""
        self._ready = not held or (self._ready and not stopped)
        if held and self._ready:
            if now - self._said >= _SHORTEST:
                self._publisher.publish(Header(stamp=self._clock.now().to_msg()))
                self._said, self._held = now, True
        elif self._held:
            self.let_go()

    def let_go(self) -> None:
        """Nothing is held any more; said by a stamp of zero, where it was held."""
        if self._held:
            self._publisher.publish(Header())
        self._held, self._said = False, 0.0
