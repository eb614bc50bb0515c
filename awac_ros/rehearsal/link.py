"""A cable between arm node and agent that can be made worse."""

from __future__ import annotations

import queue
import socket
import threading
import time

from awac_ros.arms.sawyer_agent import HEADER
from awac_ros.rehearsal.precedence import take_precedence


class BadLink:
    """Passes bytes on in both directions; `delay` and `reorder` change that at any time."""

    def __init__(self, agent_port: int) -> None:
        self.delay = 0.0
        """s, each way."""
        self._agent_port = agent_port
        self._reorder = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def reorder(self) -> None:
        """Let the next two frames to the agent change places."""
        self._reorder = True

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                node = self._listener.accept()[0]
            except OSError:
                return
            try:
                agent = socket.create_connection(("127.0.0.1", self._agent_port))
            except OSError:
                node.close()
                continue
            for end in (node, agent):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, sink, swaps in ((node, agent, True), (agent, node, False)):
                due: queue.Queue = queue.Queue()
                threading.Thread(target=self._read, args=(source, due, swaps), daemon=True).start()
                threading.Thread(target=_write, args=(sink, due), daemon=True).start()

    def _read(self, source: socket.socket, due: queue.Queue, swaps: bool) -> None:
        take_precedence()
        data = b"begin"
        while data:
            try:
                data = source.recv(1 << 16)
                if swaps and self._reorder and data:
                    self._reorder = False
                    data = _swap(data, source)
            except OSError:
                data = b""
            due.put((time.monotonic() + self.delay, data))


def _write(sink: socket.socket, due: queue.Queue) -> None:
    take_precedence()
    while True:
        at, data = due.get()
        time.sleep(max(at - time.monotonic(), 0.0))
        if not data:
            sink.close()
            return
        try:
            sink.sendall(data)
        except OSError:
            return


def _swap(data: bytes, source: socket.socket) -> bytes:
    """The first two frames of the stream in the opposite order; frames begin with `data`."""
    cuts: list[int] = []
    while len(cuts) < 2:
        at = cuts[-1] if cuts else 0
        if len(data) >= at + HEADER.size and len(data) >= (end := at + HEADER.size + HEADER.unpack_from(data, at)[3]):
            cuts.append(end)
        else:
            data += source.recv(1 << 16)
    first, second = cuts
    return data[first:second] + data[:first] + data[second:]
