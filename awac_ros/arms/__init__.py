"""Arms: kinematics, the safety limiter, and the robots behind one interface."""

from __future__ import annotations

from awac_ros.arms.arm import Arm, ArmState, SimulatedArm
from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError

__all__ = ["Arm", "ArmState", "SimulatedArm", "make_arm"]


def make_arm(name: str, limits: SafetyLimits | None = None) -> SimulatedArm:
    """The arm of that name, held to these limits; AwacError if there is none."""
    if name == "bullet":
        from awac_ros.arms.bullet import BulletArm

        return BulletArm(limits=limits)
    raise AwacError(f"there is no arm called {name!r}; choose bullet")
