"""Ports at which a killed node listened, so that the one in its place is heard at once."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_PARTICIPANTS = 32
"""So many ROS 2 looks for on one machine."""
_AVOIDED = 4
"""Dead participants, those that began last: a node just killed is most likely among them.

Ports stay dead until somebody takes them, so that avoiding all of them would use them up.
"""


@contextmanager
def dead_ports_avoided(domain: int, folder: Path = Path("/dev/shm")) -> Iterator[None]:
    """Within it, Fast DDS gives a new participant of this domain no port of a killed one.

    A participant takes the first ports that are free, which are those of the node that was killed a moment ago. What
    others send there goes into the memory that they shared with the dead one, for up to 2 s: their watchdog looks once
    a second, and believes it at the second look. So the ports of those that began last are taken here in the meantime.
    """
    with ExitStack() as taken:
        dead = {}
        for ports in map(_ports, [domain] * _PARTICIPANTS, range(_PARTICIPANTS)):
            if began := max(_began(folder / f"fastdds_port{port}_el") for port in ports):
                dead[ports] = began
        for ports in sorted(dead, key=dead.get, reverse=True)[:_AVOIDED]:
            for port in ports:
                _take(port, taken)
        yield


def _ports(domain: int, participant: int) -> tuple[int, int]:
    """Where a participant hears of others and where it hears messages: RTPS 2.5, 9.6.2.3."""
    first = 7410 + 250 * domain + 2 * participant
    return first, first + 1


def _began(lock: Path) -> float:
    """s since 1970, when a port's dead listener made its lock file; 0 where there is none, or one that lives.

    The listener holds the lock as long as it lives.
    """
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return os.fstat(file.fileno()).st_mtime
    except OSError:
        return 0.0


def _take(port: int, taken: ExitStack) -> None:
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        here.bind(("", port))
    except OSError:  # by somebody else already
        here.close()
    else:
        taken.enter_context(here)
