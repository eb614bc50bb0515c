"""Multicast, by which nodes on several machines find each other."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from awac_ros.doctor.finding import Finding, judge
from awac_ros.nodes import middleware

_GROUP = "239.255.0.1"
"""DDSI-RTPS's own."""
_PATIENCE = 1.0


def check(folder: Path) -> Finding:
    """Does a datagram to the group come back to a member? Needed only where the graph spans machines."""
    here = middleware.stays_here()
    reach = "this machine alone" if here else os.environ.get(middleware.RANGE, "SUBNET")
    heard = _comes_back()
    found = f"multicast {'works' if heard else 'does not work'} here, and discovery reaches {reach}"
    if here:
        return judge("multicast", f"{found}: nodes on other machines are not seen, which is safest on a laptop", "")
    return judge(
        "multicast",
        found,
        "let UDP to 239.255.0.1 through the firewall, or list the other machine in ROS_STATIC_PEERS",
        hurts=not heard,
    )


def _comes_back() -> bool:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as member,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        member.settimeout(_PATIENCE)
        try:
            member.bind(("", 0))
            member.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(_GROUP) + socket.inet_aton("0.0.0.0")
            )
            word = os.urandom(16)
            sender.sendto(word, (_GROUP, member.getsockname()[1]))
            return member.recv(64) == word
        except OSError:
            return False
