"""Two real participants, in two processes, that must find each other and pass on a large message."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from std_msgs.msg import UInt8MultiArray

from awac_ros.doctor.finding import Finding, judge
from awac_ros.nodes.qos import LATCHED
from awac_ros.nodes.up import node_environment
from awac_ros.runs.monitor import Monitor

_SIZE = 1_000_000
"""Bytes: three times a policy's weights."""
_PATIENCE = 15.0
_SLOW = 5.0


def check(folder: Path) -> list[Finding]:
    """Does a megabyte that one process latches reach another?"""
    middleware = os.environ.get("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
    seconds = _seconds()
    words = f"reach each other in {seconds:.1f} s" if seconds is not None else f"did not meet in {_PATIENCE:.0f} s"
    return [
        judge(
            "middleware",
            f"the middleware is {middleware}",
            "unset RMW_IMPLEMENTATION: awac_ros is tested with Fast DDS",
            hurts=middleware != "rmw_fastrtps_cpp",
        ),
        judge(
            "discovery",
            f"two processes on this machine {words} with a message of {_SIZE // 1000} KB",
            "export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST, and let UDP on the loopback through the firewall",
            breaks=seconds is None,
            hurts=seconds is not None and seconds > _SLOW,
        ),
    ]


def _seconds() -> float | None:
    """From the start of the second participant's process to its message; None where none comes."""
    namespace = f"doctor_{os.getpid()}"
    heard: list[UInt8MultiArray] = []
    with Monitor(namespace) as monitor:
        monitor.listen(UInt8MultiArray, "greeting", LATCHED, heard.append)
        began = time.monotonic()
        code = f"from awac_ros.doctor.discovery import greet; greet({namespace!r})"
        peer = subprocess.Popen([sys.executable, "-c", code], env=node_environment())
        try:
            while not heard and time.monotonic() - began < _PATIENCE:
                monitor.spin(0.05)
        finally:
            peer.terminate()
            peer.wait()
    return time.monotonic() - began if heard and len(heard[0].data) == _SIZE else None


def greet(namespace: str) -> None:
    """The second participant: latch the message and stay."""
    with Monitor(namespace) as monitor:
        publisher = monitor.node.create_publisher(UInt8MultiArray, "greeting", LATCHED)
        publisher.publish(UInt8MultiArray(data=bytes(_SIZE)))
        while True:
            monitor.spin(1.0)
