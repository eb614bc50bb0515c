"""The ROS 2 end of the link to the agent beside the robot; the protocol is the agent's own."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable

import numpy as np

from awac_ros.arms import sawyer_agent as agent
from awac_ros.arms.sawyer_agent import LinkError, State, Stream, Welcome
from awac_ros.errors import AwacError

_PATIENCE = 5.0


class SawyerLink:
    """What the agent says, and what it is told. Nothing waits but connecting and `ask`."""

    def __init__(self, host: str, port: int) -> None:
        """AwacError, naming the address, where no agent of this protocol answers."""
        self._answers: dict[int, tuple[bool, str]] = {}
        self._welcome: Welcome | None = None
        self._state: State | None = None
        self.received = 0.0
        """Monotonic s when the newest state came."""
        where = f"the agent at {host}:{port}"
        try:
            self._stream = Stream(socket.create_connection((host, port), timeout=_PATIENCE))
        except OSError as error:
            raise AwacError(
                f"{where} can't be reached ({error}); start sawyer_agent.py on the robot's workstation, with --bind "
                "where that is another machine"
            ) from error
        try:
            self._await(lambda: self._welcome is not None and self._state is not None)
        except LinkError as error:
            self.close()
            raise AwacError(f"{where}: {error}") from error

    @property
    def welcome(self) -> Welcome:
        """What the robot is."""
        assert self._welcome is not None
        return self._welcome

    @property
    def state(self) -> State:
        """The newest state that `poll` has seen."""
        assert self._state is not None
        return self._state

    def poll(self) -> bool:
        """Take in what has come; whether a state was among it. LinkError once the link can't be used."""
        fresh = False
        for kind, _, payload in self._stream.receive():
            try:
                if kind == agent.STATE:
                    self._state, self.received, fresh = agent.unpack_state(payload), time.monotonic(), True
                elif kind == agent.ANSWER:
                    request, success, text = agent.unpack_answer(payload)
                    self._answers[request] = (success, text)
                elif kind == agent.WELCOME:
                    self._welcome = agent.unpack_welcome(payload)
            except struct.error as error:
                raise LinkError(f"a frame of kind {kind} has the wrong size: {error}") from error
        return fresh

    def command(self, joint_velocity: np.ndarray) -> None:
        """Send (7,) rad/s as the answer to the newest state."""
        payload = agent.pack_velocity(self.state.stamp, tuple(joint_velocity.tolist()))
        self._stream.send(agent.VELOCITY, payload)

    def request(self, action: int) -> int:
        """Ask for ENABLE, RESET or the like; what `answer` is asked with."""
        return self._stream.send(agent.REQUEST, agent.pack_request(action))

    def answer(self, request: int) -> tuple[bool, str] | None:
        """Whether the request was done, and why not; None while it is not answered."""
        return self._answers.pop(request, None)

    def ask(self, action: int) -> str:
        """Request and wait for the answer: why it was refused, or nothing."""
        request = self.request(action)
        self._await(lambda: request in self._answers)
        success, text = self._answers.pop(request)
        return "" if success else text

    def _await(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0.0 or not select.select([self._stream.socket], [], [], left)[0]:
                raise LinkError(f"no answer for {_PATIENCE:g} s")
            self.poll()

    def close(self) -> None:
        self._stream.close("the arm node was ended")
