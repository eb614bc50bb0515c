"""A stand-in for rospy, of the same call shapes as far as the agent goes.

Where rospy asks a master, this connects to the simulated robot, whose address ROS_MASTER_URI names: one line of JSON
for each message of a topic.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlparse


class AnyMsg:
    """Any type of message."""


class ROSException(Exception):
    """What rospy raises."""


class Time:
    """An instant of the robot's clock."""

    def __init__(self, secs: int, nsecs: int) -> None:
        self.secs, self.nsecs = secs, nsecs

    def to_sec(self) -> float:
        return self.secs + self.nsecs / 1e9


def _value(pairs: dict[str, Any]) -> Any:
    return Time(**pairs) if pairs.keys() == {"secs", "nsecs"} else SimpleNamespace(**pairs)


class _Master:
    """The one connection of this process."""

    def __init__(self) -> None:
        self.callbacks: dict[str, list[Callable[[Any], None]]] = {}
        self.parameters: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None

    def connect(self) -> None:
        address = urlparse(os.environ["ROS_MASTER_URI"])
        try:
            self._connection = socket.create_connection((address.hostname, address.port), timeout=10.0)
        except OSError as error:
            raise ROSException(f"no master at {os.environ['ROS_MASTER_URI']}: {error}") from error
        self._connection.settimeout(None)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = self._connection.makefile("r")
        self.parameters = json.loads(lines.readline())["parameters"]
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()

    def send(self, message: dict[str, Any]) -> None:
        if self._connection is None:
            raise ROSException("call init_node first")
        try:
            with self._lock:
                self._connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            pass  # as a publisher of ROS, which does not know whether anybody hears it

    def _listen(self, lines: Any) -> None:
        try:
            for line in lines:
                message = json.loads(line, object_hook=_value)
                for callback in self.callbacks.get(message.topic, []):
                    callback(message.data)
        except OSError:
            pass


_master = _Master()


def init_node(name: str, anonymous: bool = False, disable_signals: bool = False) -> None:
    _master.connect()


def signal_shutdown(reason: str) -> None: ...


def get_param(name: str, default: Any = None) -> Any:
    return _master.parameters.get(name, default)


def loginfo(text: str, *values: Any) -> None:
    print(text % values, file=sys.stderr)


logwarn = logerr = logfatal = loginfo


class Subscriber:
    """Calls back, in a thread of its own, with each message of the topic."""

    def __init__(
        self,
        name: str,
        data_class: type | None = None,
        callback: Callable[[Any], None] | None = None,
        queue_size: int | None = None,
        tcp_nodelay: bool = False,
    ) -> None:
        topic = name.lstrip("/")
        if callback is not None:
            _master.callbacks.setdefault(topic, []).append(callback)
        _master.send({"subscribe": topic})


class Publisher:
    """Sends messages, given as dictionaries, to the topic."""

    def __init__(
        self,
        name: str,
        data_class: type | None = None,
        queue_size: int | None = None,
        latch: bool = False,
        tcp_nodelay: bool = False,
    ) -> None:
        self._topic = name.lstrip("/")

    def publish(self, message: dict[str, Any] | None = None) -> None:
        _master.send({"topic": self._topic, "data": message or {}})
