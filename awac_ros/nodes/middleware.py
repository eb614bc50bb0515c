"""How the middleware is set where the shell says nothing: every packet stays on this machine, and peers meet soon."""

from __future__ import annotations

import os
import sys

from awac_ros.resources import resource

RANGE, PROFILE = "ROS_AUTOMATIC_DISCOVERY_RANGE", "FASTDDS_DEFAULT_PROFILES_FILE"
_ALONE = "LOCALHOST"


def settings() -> dict[str, str]:
    """Environment variables for this process and those it starts; a profile or a range of the shell's own stands.

    On one machine config/one_host.xml does for Fast DDS what ROS calls LOCALHOST, which would bring shared memory back.
    """
    reach = os.environ.get(RANGE, _ALONE)
    chosen = {RANGE: reach, "AMENT_PREFIX_PATH": os.environ.get("AMENT_PREFIX_PATH", sys.prefix)}
    if PROFILE in os.environ or not os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps").startswith("rmw_fastrtps"):
        return chosen
    if reach == _ALONE:
        return chosen | {PROFILE: _one_host(), RANGE: "SYSTEM_DEFAULT"}
    return chosen | {PROFILE: str(resource("config/two_hosts.xml"))}


def settle() -> None:
    """Set this process's own environment; before its first participant."""
    os.environ.update(settings())


def stays_here() -> bool:
    """Whether every packet of this process stays on this machine."""
    return os.environ.get(RANGE) in (_ALONE, "OFF") or os.environ.get(PROFILE) == _one_host()


def _one_host() -> str:
    return str(resource("config/one_host.xml"))
