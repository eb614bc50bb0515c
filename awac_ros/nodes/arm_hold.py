"""What the arm hears of a person's hold on the dead-man, and says of it: arm/hold and arm/held."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from rclpy.node import Node
from std_msgs.msg import Bool, Header

from awac_ros.arms import Arm
from awac_ros.nodes import qos
from awac_ros.nodes.messages import seconds


class ArmHold:
    """Passes holds on to an arm that asks for them, and publishes whether it is held whenever that changes."""

    def __init__(self, node: Node, arm: Arm, dead_man: float, now: Callable[[], float]) -> None:
        """`dead_man`: s that a hold lasts; `now`: s of the arm's clock, which holds are stamped by."""
        self._node = node
        self._arm = arm
        self._dead_man = dead_man
        self._now = now
        self._told: bool | None = None
        self._held = node.create_publisher(Bool, "arm/held", qos.LATCHED)
        self._hears = node.create_subscription(Header, "arm/hold", self._take, qos.COMMAND)
        self.poll()

    def poll(self) -> None:
        """Call once an inner period."""
        if (held := self._arm.held) is not self._told:
            self._told = held
            self._held.publish(Bool(data=held))

    def close(self) -> None:
        self._node.destroy_subscription(self._hears)
        self._node.destroy_publisher(self._held)

    def _take(self, message: Header) -> None:
        """A stamp of zero lets go; one of another time is no hold, since nobody knows whether it lasts."""
        stamp = seconds(message.stamp)
        age = self._now() - stamp if stamp else inf
        if stamp and abs(age) > self._dead_man:
            self._node.get_logger().error(
                f"arm/hold is stamped {abs(age):.2f} s {'before' if age > 0 else 'after'} the arm's clock (at most "
                f"{self._dead_man} s) and does not count; synchronise the machines",
                throttle_duration_sec=1.0,
            )
            return
        self._arm.hold(max(age, 0.0))
        self.poll()
