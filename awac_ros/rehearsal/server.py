"""`python -m awac_ros.rehearsal.server`: the simulated robot in a process of its own, in real time.

Speaks the robot's topics to the stand-in for rospy, one line of JSON for each message; the topic "rehearsal" steers it.
"""

from __future__ import annotations

import json
import selectors
import signal
import socket
import sys
import time
from typing import Any

from awac_ros.nodes.priority import take_precedence
from awac_ros.rehearsal.joints import FreeJoints
from awac_ros.rehearsal.robot import SimulatedRobot
from awac_ros.rehearsal.topics import PARAMETERS, Topics

_STATE_PERIOD = 0.01
_MOST_UNSENT = 1 << 20


class Peer:
    """One connection and what it subscribed to."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self.topics: set[str] = set()
        self._received = b""
        self._unsent = b""

    def send(self, message: dict[str, Any]) -> None:
        """Queue it; a peer that does not read loses what does not fit."""
        if len(self._unsent) < _MOST_UNSENT:
            self._unsent += json.dumps(message).encode() + b"\n"
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except (BlockingIOError, ConnectionError):
            pass

    def receive(self) -> list[dict[str, Any]] | None:
        """The messages that have come; None once the peer has gone."""
        try:
            data = self.socket.recv(1 << 20)
        except BlockingIOError:
            return []
        except ConnectionError:
            return None
        if not data:
            return None
        *lines, self._received = (self._received + data).split(b"\n")
        return [json.loads(line) for line in lines]


class Server:
    """Steps the robot on absolute deadlines, and serves its topics in between."""

    def __init__(self, robot: SimulatedRobot, port: int) -> None:
        self._robot = robot
        self._topics = Topics(robot)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, Peer] = {}

    def run(self) -> None:
        """Until the process is ended."""
        due = publish_due = time.monotonic()
        while True:
            while (left := due - time.monotonic()) > 0.0:
                self._hear(left)
            self._hear(0.0)
            while due <= time.monotonic():
                self._robot.step(due)
                due += self._robot.joints.period
            if publish_due <= time.monotonic():
                publish_due = max(publish_due + _STATE_PERIOD, time.monotonic())
                self._publish()

    def _hear(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            if key.fileobj is self._listener:
                peer = Peer(self._listener.accept()[0])
                self._peers[peer.socket] = peer
                self._selector.register(peer.socket, selectors.EVENT_READ)
                peer.send({"parameters": PARAMETERS})
            else:
                self._take(self._peers[key.fileobj])

    def _take(self, peer: Peer) -> None:
        messages = peer.receive()
        if messages is None:
            self._selector.unregister(peer.socket)
            del self._peers[peer.socket]
            peer.socket.close()
            return
        for message in messages:
            if "subscribe" in message:
                peer.topics.add(message["subscribe"])
            elif message["topic"] == "rehearsal":
                peer.send({"topic": "rehearsal", "data": self._topics.steer(message["data"])})
            else:
                self._topics.take(message["topic"], message["data"], time.monotonic())

    def _publish(self) -> None:
        wanted = set().union(*(peer.topics for peer in self._peers.values()))
        for topic, data in self._topics.messages(wanted):
            for peer in self._peers.values():
                if topic in peer.topics:
                    peer.send({"topic": topic, "data": data})


def main() -> None:
    """Entry point: `server PORT joints|bullet`; prints the port it listens on."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    take_precedence()
    port, kind = int(sys.argv[1]), sys.argv[2]
    if kind == "bullet":
        from awac_ros.rehearsal.bullet_joints import BulletJoints

        joints = BulletJoints()
    else:
        joints = FreeJoints()
    server = Server(SimulatedRobot(joints), port)
    print(server.port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
