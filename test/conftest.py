"""Every test process speaks ROS on a domain of its own, on this machine alone."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from awac_ros.nodes import middleware
from awac_ros.rehearsal.stand_in import StandIn


def _free_domain() -> tuple[int, IO]:
    """A domain that no other test process holds, and the locked file that holds it for as long as this one lives."""
    for domain in range(1, 101):
        file = (Path(tempfile.gettempdir()) / f"awac_ros_test_domain_{domain}").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
        else:
            return domain, file
    raise RuntimeError("100 test processes hold every ROS domain; wait for one to end")


_domain, _held = _free_domain()
# Before anything imports rclpy; processes that a test starts inherit it.
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
os.environ["ROS_DOMAIN_ID"] = str(_domain)
middleware.settle()


@pytest.fixture
def ros() -> Iterator[None]:
    """rclpy, initialised for one test."""
    import rclpy

    rclpy.init()
    yield
    rclpy.try_shutdown()


@pytest.fixture(scope="module")
def running_stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    stand_in = StandIn(tmp_path_factory.mktemp("stand_in"))
    stand_in.start_agent()
    yield stand_in
    stand_in.close()


@pytest.fixture
def stand_in(running_stand_in: StandIn) -> StandIn:
    """A simulated robot as it is switched on, and the agent beside it, each in a process of its own."""
    running_stand_in.steer("renew")
    return running_stand_in
