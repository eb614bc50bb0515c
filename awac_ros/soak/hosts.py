"""Two hosts on one machine, and the cable between them. Linux namespaces; no rclpy here."""

from __future__ import annotations

import ctypes
import fcntl
import os
import random
import select
import shutil
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from awac_ros.nodes.up import end_with_parent

_LIBC = ctypes.CDLL(None, use_errno=True)
_NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2)."""
_TUNSETIFF, _TAP, _BARE = 0x400454CA, 0x0002, 0x1000
"""Of linux/if_tun.h: name this file's interface, which carries Ethernet frames, without a header of its own."""
_TUN = Path("/dev/net/tun")
_TOOLS = ("ip", "mount", "nsenter", "unshare")
_CARD = "cable0"
_BEGIN = f"""
set -e
hostname "$0"
mount -t tmpfs tmpfs /dev/shm
ip link set lo up
ip tuntap add dev {_CARD} mode tap
ip address add "$1"/24 dev {_CARD}
ip link set {_CARD} up
ip route add 224.0.0.0/4 dev {_CARD}
echo ready
exec sleep infinity
"""
_FRAME = 65_536
_LOOK = 0.2
"""s between two looks at whether to end."""


class Host:
    """A network, a shared memory and a name of its own, as on another machine; the disk and the clock are shared."""

    def __init__(self, name: str, address: str) -> None:
        """PermissionError where this user or this kernel can't have one, saying what is missing."""
        if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
            raise PermissionError(f"no {' and no '.join(missing)} (packages iproute2, mount and util-linux)")
        if os.geteuid() != 0 or not _TUN.exists():
            raise PermissionError(f"this user is not root, or there is no {_TUN}")
        self._process = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "sh", "-c", _BEGIN, name, address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent,
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise PermissionError(" ".join(self._process.communicate()[1].split()))
        spaces = ("--net", "--mount", "--uts", "--wd")
        self.enter = ["nsenter", f"--target={self._process.pid}", *spaces]
        """Words before a command that run it on this host."""

    def plug(self) -> int:
        """The other end of this host's network card: a file of Ethernet frames, one a read or write."""
        with Path(f"/proc/{self._process.pid}/ns/net").open() as network:
            files: list[int] = []
            # setns changes the thread that calls it alone.
            thread = threading.Thread(target=_open_card, args=(network.fileno(), files))
            thread.start()
            thread.join()
        return files[0]

    def close(self) -> None:
        """End the host; what still runs there keeps its namespaces until it ends."""
        self._process.kill()
        self._process.communicate()


class Cable(threading.Thread):
    """Carries frames both ways. A program, and not `tc`'s netem, which many kernels are built without."""

    def __init__(self, ends: tuple[int, int], seed: int) -> None:
        super().__init__(daemon=True)
        self.cut = False
        self.loss = 0.0
        """Share of the frames that are lost."""
        self.delay = 0.0
        """s, one way."""
        self._others = dict(zip(ends, reversed(ends), strict=True))
        self._rng = random.Random(seed)
        self._ended = False

    def run(self) -> None:
        carried: deque[tuple[float, int, bytes]] = deque()
        while not self._ended:
            now = time.monotonic()
            while carried and carried[0][0] <= now:
                _, end, frame = carried.popleft()
                os.write(end, frame)
            wait = min(max(carried[0][0] - now, 0.0), _LOOK) if carried else _LOOK
            for end in select.select(list(self._others), [], [], wait)[0]:
                with suppress(BlockingIOError):
                    frame = os.read(end, _FRAME)
                    if not self.cut and self._rng.random() >= self.loss:
                        carried.append((time.monotonic() + self.delay, self._others[end], frame))

    def close(self) -> None:
        self._ended = True
        self.join()
        for end in self._others:
            os.close(end)


@contextmanager
def two_hosts(seed: int) -> Iterator[tuple[Host, Host, Cable]]:
    """Two hosts and the cable between them, whose losses repeat by seed; PermissionError where they can't be had."""
    first = Host("robot", "192.0.2.1")  # addresses for documentation, RFC 5737
    try:
        second = Host("trainer", "192.0.2.2")
        try:
            cable = Cable((first.plug(), second.plug()), seed)
            cable.start()
            try:
                yield first, second, cable
            finally:
                cable.close()
        finally:
            second.close()
    finally:
        first.close()


def _open_card(network: int, files: list[int]) -> None:
    if _LIBC.setns(network, _NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    file = os.open(_TUN, os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, _TUNSETIFF, struct.pack("16sH", _CARD.encode(), _TAP | _BARE))
    files.append(file)
