"""Arms: kinematics, the safety limiter, and the robots behind one interface."""

from __future__ import annotations

from awac_ros.arms.arm import Arm, ArmState, SimulatedArm
from awac_ros.errors import AwacError

__all__ = ["Arm", "ArmState", "SimulatedArm", "make_arm"]


def make_arm(name: str) -> SimulatedArm:
    """The arm of that name; AwacError if there is none."""
    if name == "bullet":
        from awac_ros.arms.bullet import BulletArm

        return BulletArm()
    raise AwacError(f"there is no arm called {name!r}; choose bullet")
