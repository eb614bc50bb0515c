"""The figures that motion is held to."""

from __future__ import annotations

from dataclasses import dataclass

from awac_ros.errors import AwacError

REACH = 1.3
"""m from the base: farther no Sawyer reaches."""
SHORTEST_SIDE = 0.05
"""m, of the workspace box."""


@dataclass(frozen=True)
class SafetyLimits:
    """Figures of Sawyer on the pushing table; base frame, SI units."""

    workspace_low: tuple[float, float, float] = (0.42, -0.28, 0.05)
    """Lower corner of the box the tip stays in, m."""
    workspace_high: tuple[float, float, float] = (0.78, 0.28, 0.4)
    """Upper corner, m."""
    linear_speed: float = 0.3
    """Of the tip, m/s."""
    angular_speed: float = 1.0
    """Of the tip, rad/s."""
    braking_time: float = 0.15
    """s: the speed towards a face of the box, or towards a joint limit, never exceeds the distance divided by this."""
    joint_velocity: tuple[float, ...] = (0.88, 0.678, 0.996, 0.996, 1.776, 1.776, 2.316)
    """rad/s, about half of the URDF's limits: the figures AWAC's authors drove their Sawyer with."""
    joint_acceleration: tuple[float, ...] = (10.0, 8.0, 10.0, 10.0, 12.0, 12.0, 12.0)
    """rad/s^2, from the manufacturer's simulator."""
    jerk_time: float = 0.03
    """s from rest to full acceleration: the limit of a joint's jerk is that of its acceleration divided by this."""
    joint_margin: float = 0.05
    """rad, kept from every joint limit."""
    table_height: float = 0.045
    """m: the top of the table, below everything that moves from the elbow on."""
    clearance: float = 0.005
    """m, kept between the arm's parts, and between arm and table."""
    response_time: float = 0.04
    """s by which the joints follow their commands late, at most."""
    tip_force: float = 50.0
    """N on the tip, measured; above it the arm stops. The figure AWAC's authors drove their Sawyer with."""
    state_age: float = 0.1
    """s: with an older measured joint state the arm stops."""
    dead_man: float | None = None
    """s for which a person's hold on the dead-man allows motion; None: motion needs no dead-man."""

    def __post_init__(self) -> None:
        for axis, low, high in zip("xyz", self.workspace_low, self.workspace_high, strict=True):
            if not -REACH <= low <= high - SHORTEST_SIDE <= REACH:
                raise AwacError(
                    f"the workspace reaches from {low:g} to {high:g} m in {axis}; correct workspace_low and "
                    f"workspace_high: within {REACH} m of the base, every side at least {SHORTEST_SIDE} m long"
                )
