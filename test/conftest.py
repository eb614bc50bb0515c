"""Every test process speaks ROS on a domain of its own, on this machine alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

# Before anything imports rclpy; processes that a test starts inherit it.
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
os.environ["ROS_DOMAIN_ID"] = str(1 + os.getpid() % 100)
os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)


@pytest.fixture
def ros() -> Iterator[None]:
    """rclpy, initialised for one test."""
    import rclpy

    rclpy.init()
    yield
    rclpy.try_shutdown()
