"""The UDP ports of the ROS domain.

A participant of a domain takes ports from 7400 + 250 domain + 10 on, two each (DDSI-RTPS 2.5, 9.6.2.3).
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

from awac_ros.doctor.finding import Finding, judge

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_PARTICIPANTS = 40
_ENOUGH = 20
"""Participants of a graph and of the tools beside it."""


def check(folder: Path) -> Finding:
    """Is there room for a graph's nodes, and does nobody else take these ports at random?"""
    text = os.environ.get("ROS_DOMAIN_ID", "0") or "0"
    if not text.isdecimal() or int(text) > 232:
        return judge(
            "ports",
            f"ROS_DOMAIN_ID is {text!r}, which is no domain",
            "choose 0 to 101: export ROS_DOMAIN_ID=42",
            breaks=True,
        )
    domain = int(text)
    first = 7400 + 250 * domain + 10
    taken = sum(not _free(first + 2 * participant) for participant in range(_PARTICIPANTS))
    low, high = map(int, _EPHEMERAL.read_text().split())
    random = low <= first <= high
    found = f"domain {domain} uses UDP ports {first} and up; {taken} of its first {_PARTICIPANTS} places are taken"
    if random:
        found += ", and the system gives these ports to any program"
    return judge(
        "ports",
        found,
        "choose a domain of your own below 102: export ROS_DOMAIN_ID=42",
        breaks=_PARTICIPANTS - taken < _ENOUGH,
        hurts=random,
    )


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
