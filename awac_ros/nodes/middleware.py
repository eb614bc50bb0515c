"""How the middleware is set where the shell says nothing: every packet stays on this machine, and peers meet soon."""

from __future__ import annotations

import os
import sys

from awac_ros.resources import resource


def settings() -> dict[str, str]:
    """Environment variables, each of which the shell may set otherwise."""
    return {
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "FASTDDS_DEFAULT_PROFILES_FILE": str(resource("config/one_host.xml")),
        "AMENT_PREFIX_PATH": sys.prefix,
    }


def settle() -> None:
    """Set this process's own environment; before its first participant."""
    for name, value in settings().items():
        os.environ.setdefault(name, value)
