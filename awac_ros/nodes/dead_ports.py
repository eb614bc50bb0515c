"""Ports at which a killed node listened, so that the one in its place is heard at once."""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_AVOIDED = 24
"""Of the 32 participants that ROS 2 looks for on one machine, those whose ports are avoided when dead."""


@contextmanager
def dead_ports_avoided(domain: int, folder: Path = Path("/dev/shm")) -> Iterator[None]:
    """Within it, Fast DDS gives a new participant of this domain no port of a killed one.

    A participant takes the first ports that are free, which are those of the node that was killed a moment ago. What
    others send there goes into the memory that they shared with the dead one, for up to 2 s: their watchdog looks once
    a second, and believes it at the second look. So these ports are taken here in the meantime.
    """
    with ExitStack() as taken:
        for ports in map(_ports, [domain] * _AVOIDED, range(_AVOIDED)):
            if any(_is_dead(folder / f"fastdds_port{port}_el") for port in ports):
                for port in ports:
                    _take(port, taken)
        yield


def _ports(domain: int, participant: int) -> tuple[int, int]:
    """Where a participant hears of others and where it hears messages: RTPS 2.5, 9.6.2.3."""
    first = 7410 + 250 * domain + 2 * participant
    return first, first + 1


def _is_dead(lock: Path) -> bool:
    """Whether a port's lock file is there and its listener, which holds the lock while it lives, is not."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _take(port: int, taken: ExitStack) -> None:
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        here.bind(("", port))
    except OSError:  # by somebody else already
        here.close()
    else:
        taken.enter_context(here)
