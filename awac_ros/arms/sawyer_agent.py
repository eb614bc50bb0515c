"""The agent beside the robot: copy this one file into the robot's ROS 1 environment and run it there.

    python3 sawyer_agent.py                     the arm node runs on this machine
    python3 sawyer_agent.py --bind 192.168.7.2  it runs on another one of the robot's own network

It needs Python 3.8, rospy and intera_interface, nothing else. It streams joint velocities to the robot while the arm
node asks for them, brakes and holds the arm when anything is wrong, and enables or resets the robot only when asked.

The wire protocol is defined here and nowhere else; the ROS 2 side imports it. It runs over TCP: a lost link is noticed,
requests arrive, and one peer owns the arm. A late command is known by the state that it answers, on this machine's
clock alone, so that no clocks need to agree. A frame is HEADER and a payload, little-endian.
"""

from __future__ import annotations

import argparse
import math
import os
import queue
import select
import signal
import socket
import struct
import threading
import time
from typing import Callable, NamedTuple

VERSION = 1
PORT = 7421
PERIOD = 0.01
"""s between two velocity commands to the robot, and between two states to the arm node."""
DEADLINE = 0.2
"""s: a command that answers an older state is not followed; two control periods of 10 Hz."""
ROBOT_TIMEOUT = 0.2
"""s without a command after which the robot itself goes back to holding its position."""
STALE = 0.2
"""s: with older joint states of the robot nothing is streamed to it."""
CLOCK_DRIFT = 1e-3
"""s a second: at most so fast the robot's clock and this machine's may drift apart."""
SILENCE = 5.0
"""s without a frame after which the arm node is taken for dead, and another may connect."""
JOINTS = tuple(f"right_j{i}" for i in range(7))
VELOCITY_LIMIT = (1.74, 1.328, 1.957, 1.957, 3.485, 3.485, 4.545)
"""rad/s, of the manufacturer's URDF: more can't have come from the safety limiter."""
ACCELERATION = (10.0, 8.0, 10.0, 10.0, 12.0, 12.0, 12.0)
"""rad/s^2, of the manufacturer's simulator: how fast the streamed velocities may change."""

HEADER = struct.Struct("<2sBBII")
"""Magic, version, kind of frame, bytes of payload, the sender's sequence number."""
MAGIC = b"SA"
WELCOME, STATE, VELOCITY, REQUEST, ANSWER, GOODBYE = range(1, 7)
ENGAGE, RELEASE, ENABLE, DISABLE, RESET, OPEN_GRIPPER, CLOSE_GRIPPER = range(1, 8)
LARGEST_PAYLOAD = 4096
_MOST_UNSENT = 1 << 16
_MOST_AT_ONCE = 1 << 20

_WELCOME = struct.Struct("<" + "16s" * 7 + "7d7d7d64s?")
_STATE = struct.Struct("<d7d7d7d6ddHBBB")
_VELOCITY = struct.Struct("<d7d")
_REQUEST = struct.Struct("<B")
_ANSWER = struct.Struct("<I?")

HOMED, READY, ENABLED, STOPPED, ERROR, LOW_VOLTAGE, COLLISION, CUFF, ENGAGED = (1 << bit for bit in range(9))
NONE, RELEASED, LATE, LINK_LOST, BAD_COMMAND, NOT_ENABLED, COLLIDED, CUFF_PRESSED, STALE_STATE, ENDED = range(10)
STOPS = {
    RELEASED: "the arm node let go of the robot",
    LATE: f"no command answered a state younger than {DEADLINE} s: the arm node or the link is too slow",
    LINK_LOST: "the link between the arm node and the agent was lost",
    BAD_COMMAND: "the agent was sent a velocity that is not finite, too fast, or of another time",
    NOT_ENABLED: "the robot is disabled, stopped or in error",
    COLLIDED: "the robot felt a collision",
    CUFF_PRESSED: "somebody holds the cuff",
    STALE_STATE: f"the robot's joint states were more than {STALE} s old",
    ENDED: "the agent was ended",
}
"""Why the agent stopped the arm, by code."""

Seven = tuple  # of floats, in the order of JOINTS


class Welcome(NamedTuple):
    """What the robot is; the agent's first frame."""

    names: tuple
    lower: Seven
    """Position limits, rad, and velocity limits, rad/s, as the robot has them."""
    upper: Seven
    velocity: Seven
    software: str
    gripper: bool


class State(NamedTuple):
    """The robot at one instant, and what the agent does."""

    stamp: float
    """s, of the agent's clock."""
    position: Seven
    """rad."""
    velocity: Seven
    """rad/s."""
    effort: Seven
    """Nm."""
    wrench: tuple
    """Force, N, and torque, Nm, at the end point."""
    age: float
    """s since the joints were measured."""
    flags: int
    estop_button: int
    """0 up, 1 pressed, 2 unknown, 3 released and not yet reset."""
    estop_source: int
    """0 none, 1 user, 2 unknown, 3 fault, 4 engine."""
    stop: int
    """Why the agent last stopped the arm, a key of STOPS; NONE while it follows."""


class LinkError(Exception):
    """The link can't be used any more; the text is one sentence."""


def clock() -> float:
    """s, steady, and going on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def pack_welcome(welcome: Welcome) -> bytes:
    limits = (*welcome.lower, *welcome.upper, *welcome.velocity)
    names = (name.encode() for name in welcome.names)
    return _WELCOME.pack(*names, *limits, welcome.software.encode()[:64], welcome.gripper)


def unpack_welcome(payload: bytes) -> Welcome:
    values = _WELCOME.unpack(payload)
    names = tuple(_text(name) for name in values[:7])
    return Welcome(names, values[7:14], values[14:21], values[21:28], _text(values[28]), values[29])


def pack_state(state: State) -> bytes:
    stamp, position, velocity, effort, wrench, *rest = state
    return _STATE.pack(stamp, *position, *velocity, *effort, *wrench, *rest)


def unpack_state(payload: bytes) -> State:
    values = _STATE.unpack(payload)
    return State(values[0], values[1:8], values[8:15], values[15:22], values[22:28], *values[28:])


def pack_velocity(answers: float, velocity: Seven) -> bytes:
    """`answers` is the stamp of the state that this command, rad/s, answers."""
    return _VELOCITY.pack(answers, *velocity)


def unpack_velocity(payload: bytes) -> tuple:
    values = _VELOCITY.unpack(payload)
    return values[0], values[1:]


def pack_request(action: int) -> bytes:
    return _REQUEST.pack(action)


def unpack_request(payload: bytes) -> int:
    return _REQUEST.unpack(payload)[0]


def pack_answer(request: int, success: bool, text: str) -> bytes:
    """`request` is the sequence number of the frame that is answered."""
    return _ANSWER.pack(request, success) + text.encode()[:1024]


def unpack_answer(payload: bytes) -> tuple:
    request, success = _ANSWER.unpack_from(payload)
    return request, success, _text(payload[_ANSWER.size :])


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode(errors="replace")


class Stream:
    """Whole frames over a connected socket; never waits. LinkError from any method once the link can't be used."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self._received = b""
        self._unsent = b""
        self._sent = self._heard = 0

    def send(self, kind: int, payload: bytes = b"") -> int:
        """The frame's sequence number."""
        self._sent = _next(self._sent)
        self._unsent += HEADER.pack(MAGIC, VERSION, kind, len(payload), self._sent) + payload
        try:
            while self._unsent:
                self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            if len(self._unsent) > _MOST_UNSENT:
                raise LinkError("the other side of the link does not read what it is sent") from None
        except OSError as error:
            raise LinkError(f"the link broke: {error}") from error
        return self._sent

    def receive(self) -> list:
        """(kind, sequence number, payload) of every frame that has come whole."""
        closed = False
        try:
            while len(self._received) < _MOST_AT_ONCE and not closed:
                data = self.socket.recv(_MOST_AT_ONCE)
                self._received += data
                closed = not data
        except BlockingIOError:
            pass
        except OSError as error:
            raise LinkError(f"the link broke: {error}") from error
        frames = self._take_frames()
        if closed and not frames:
            raise LinkError("the other side closed the link")
        return frames

    def _take_frames(self) -> list:
        frames, at = [], 0
        while len(self._received) - at >= HEADER.size:
            magic, version, kind, size, sequence = HEADER.unpack_from(self._received, at)
            if magic != MAGIC:
                raise LinkError("what comes over the link is not this protocol; check address and port")
            if version != VERSION:
                raise LinkError(
                    f"the other side speaks version {version} of the protocol and this side version {VERSION}; "
                    "copy the sawyer_agent.py of this release to the robot's workstation"
                )
            if size > LARGEST_PAYLOAD:
                raise LinkError(f"a frame of {size} bytes was announced; none is longer than {LARGEST_PAYLOAD}")
            end = at + HEADER.size + size
            if len(self._received) < end:
                break
            if sequence != _next(self._heard):
                raise LinkError(f"frame {sequence} came after frame {self._heard}: the link loses or reorders frames")
            payload = self._received[at + HEADER.size : end]
            if kind == GOODBYE:
                raise LinkError(f"the other side said: {_text(payload)}")
            frames.append((kind, sequence, payload))
            self._heard, at = sequence, end
        self._received = self._received[at:]
        return frames

    def close(self, farewell: str = "") -> None:
        """Close the link; `farewell` tells the other side why, where it can still be sent."""
        try:
            if farewell:
                self.send(GOODBYE, farewell.encode()[:1024])
        except LinkError:
            pass
        finally:
            self.socket.close()


def _next(sequence: int) -> int:
    return sequence % 0xFFFFFFFF + 1


HELD, FOLLOWING, BRAKING = "held", "following", "braking"
SILENT, HOLD = "silent", "hold"
_REST = (0.0,) * 7


class Motion:
    """What the robot is told at each tick. Engaged, it follows; the first reason to stop stays."""

    def __init__(self) -> None:
        self.mode = HELD
        self.stop = NONE
        self._velocity = self._target = _REST
        self._answered = 0.0
        self._ticked = 0.0

    def engage(self, now: float) -> None:
        """Follow commands from now on, from rest; the old reason to stop is forgotten."""
        self.mode, self.stop = FOLLOWING, NONE
        self._velocity = self._target = _REST
        self._answered = self._ticked = now

    def command(self, now: float, answers: float, velocity: Seven) -> None:
        """Take a velocity, rad/s, that answers the state of that stamp."""
        fits = all(math.isfinite(v) and abs(v) <= limit for v, limit in zip(velocity, VELOCITY_LIMIT))
        if not fits or not answers <= now:
            self.brake(BAD_COMMAND)
        elif self.mode == FOLLOWING and answers >= self._answered:
            self._answered, self._target = answers, velocity

    def brake(self, reason: int) -> None:
        """Come to rest within the acceleration limits, then hold."""
        if self.mode == FOLLOWING:
            self.mode, self.stop, self._target = BRAKING, reason, _REST

    def tick(self, now: float, trouble: int) -> str | Seven:
        """Velocities to send, HOLD to leave velocity mode at the measured position, or SILENT.

        `trouble` is the code of what must end all motion at once, or NONE. Where the joint states are stale, the
        position to hold is not known either: one command of zero velocity, then the robot's own timeout holds. After a
        pause in which the robot has begun to hold by itself, it is left alone: it no longer has the velocity that was
        sent last, and what is known of its position may be from before the pause.
        """
        paused, self._ticked = now - self._ticked > ROBOT_TIMEOUT, now
        if self.mode == HELD:
            return SILENT
        if paused:
            self.mode, self.stop = HELD, self.stop or LATE
            return SILENT
        if trouble != NONE:
            self.stop = self.stop or trouble
            self.mode = HELD
            return _REST if trouble == STALE_STATE else HOLD
        if now - self._answered > DEADLINE:
            self.brake(LATE)
        if self.mode == BRAKING and not any(self._velocity):
            self.mode = HELD
            return HOLD
        self._velocity = tuple(
            v + min(max(target - v, -limit * PERIOD), limit * PERIOD)
            for v, target, limit in zip(self._velocity, self._target, ACCELERATION)
        )
        return self._velocity


def trouble(state: State) -> int:
    """The code of what must end all motion at once, or NONE."""
    if state.age > STALE:
        return STALE_STATE
    if not state.flags & ENABLED or state.flags & (STOPPED | ERROR):
        return NOT_ENABLED
    if state.flags & COLLISION:
        return COLLIDED
    return CUFF_PRESSED if state.flags & CUFF else NONE


class Lateness:
    """When a stamped message was measured, on this machine's clock, whatever the sender's clock shows."""

    def __init__(self) -> None:
        self._least_lag = math.inf
        self._at = 0.0

    def measured(self, now: float, stamp: float) -> float:
        """s, of this machine's clock; the fastest message of late counts as one that came at once."""
        lag = now - stamp
        self._least_lag = min(lag, self._least_lag + CLOCK_DRIFT * (now - self._at))
        self._at = now
        return now - (lag - self._least_lag)


class Robot:
    """Rethink's SDK. Its limb is not thread-safe: one thread reads and commands it, `serve` never touches it."""

    def __init__(self) -> None:
        import intera_interface
        import rospy

        rospy.init_node("awac_sawyer_agent", disable_signals=True)
        self._rospy = rospy
        self._enable = intera_interface.RobotEnable(versioned=False)
        self._limb = intera_interface.Limb("right")
        self._cuff = intera_interface.Cuff("right")
        try:
            self._gripper = intera_interface.Gripper("right_gripper")
        except (OSError, ValueError) as error:
            rospy.logwarn("no gripper: %s", error)
            self._gripper = None
        # Subscribed after the limb, whose message type it then shares.
        self._measured, self._lateness = clock(), Lateness()
        rospy.Subscriber("robot/joint_states", rospy.AnyMsg, self._note_measurement, queue_size=1, tcp_nodelay=True)
        names = tuple(self._limb.joint_names())
        limits = intera_interface.JointLimits()
        self.welcome = Welcome(
            names,
            tuple(limits.get_joint_lower_limits(names)),
            tuple(limits.get_joint_upper_limits(names)),
            tuple(limits.get_joint_velocity_limits(names)),
            str(rospy.get_param("/manifest/robot_software/version/HLR_VERSION_STRING", "unknown")),
            self._gripper is not None,
        )

    def _note_measurement(self, message: object) -> None:
        self._measured = self._lateness.measured(clock(), message.header.stamp.to_sec())

    def read(self) -> State:
        """The state of this instant; `stop` and the flag ENGAGED are the agent's to fill in."""
        now = clock()
        joints = (self._limb.joint_angles(), self._limb.joint_velocities(), self._limb.joint_efforts())
        wrench = self._limb.endpoint_effort()
        assembly = self._enable.state()
        flags = {
            HOMED: assembly.homed,
            READY: assembly.ready,
            ENABLED: assembly.enabled,
            STOPPED: assembly.stopped,
            ERROR: assembly.error,
            LOW_VOLTAGE: assembly.lowVoltage,
            COLLISION: self._limb.has_collided(),
            CUFF: self._cuff.cuff_button(),
        }
        return State(
            now,
            *(tuple(values[name] for name in JOINTS) for values in joints),
            wrench=(*wrench["force"], *wrench["torque"]),
            age=now - self._measured,
            flags=sum(flag for flag, is_set in flags.items() if is_set),
            estop_button=assembly.estop_button,
            estop_source=assembly.estop_source,
            stop=NONE,
        )

    def command(self, velocity: Seven) -> None:
        """Stream one velocity command, rad/s, all seven joints."""
        self._limb.set_joint_velocities(dict(zip(JOINTS, velocity)))

    def hold(self) -> None:
        """Leave velocity mode and hold the measured position."""
        self._limb.exit_control_mode(ROBOT_TIMEOUT)

    def set_timeout(self) -> None:
        """Tell the robot after which silence it shall hold by itself."""
        self._limb.set_command_timeout(ROBOT_TIMEOUT)

    def serve(self, action: int) -> None:
        """Do what a person asked for, which may take seconds; OSError or ValueError where the robot refuses."""
        if action == ENABLE:
            # The SDK would silently reset a stopped robot first.
            if self._enable.state().stopped:
                raise ValueError("the robot is stopped: release the E-stop, reset the robot, then enable it")
            self._enable.enable()
        elif action == DISABLE:
            self._enable.disable()
        elif action == RESET:
            self._enable.reset()
        elif action not in (OPEN_GRIPPER, CLOSE_GRIPPER):
            raise ValueError(f"the agent knows no request {action}")
        elif self._gripper is None:
            raise ValueError("the robot has no gripper")
        else:
            (self._gripper.open if action == OPEN_GRIPPER else self._gripper.close)()

    def close(self) -> None:
        self._rospy.signal_shutdown("the agent was ended")


class Agent:
    """One thread reads the robot, hears the arm node, and tells the robot every PERIOD what `Motion` says."""

    def __init__(self, robot: Robot, listener: socket.socket) -> None:
        self._robot = robot
        self._listener = listener
        self._stream: Stream | None = None
        self._heard = 0.0
        self._motion = Motion()
        self._state = robot.read()
        self._wishes: queue.Queue = queue.Queue()
        self._served: queue.Queue = queue.Queue()
        self._busy = False
        self._ending = False
        threading.Thread(target=self._serve, daemon=True).start()

    def end(self, *_: object) -> None:
        """Make `run` brake and return; fit for a signal handler."""
        self._ending = True

    def run(self) -> None:
        """Until `end`; the arm is then at rest and held."""
        due = clock()
        while not self._ending or self._motion.mode != HELD:
            if self._ending:
                self._motion.brake(ENDED)
            self._hear(0.0)
            while due > clock():
                self._hear(due - clock())
            due = max(due + PERIOD, clock())
            self._tick()
        if self._stream is not None:
            self._stream.close(STOPS[ENDED])
        self._robot.close()

    def _tick(self) -> None:
        state = self._robot.read()
        told = self._motion.tick(clock(), trouble(state))
        if told == HOLD:
            self._robot.hold()
        elif told != SILENT:
            self._robot.command(told)
        engaged = ENGAGED if self._motion.mode != HELD else 0
        self._state = state._replace(flags=state.flags | engaged, stop=self._motion.stop)
        if self._stream is not None and clock() - self._heard > SILENCE:
            self._lose(f"the arm node has been silent for {SILENCE} s")
        if self._stream is not None:
            self._try(self._report)

    def _report(self) -> None:
        while not self._served.empty():
            stream, sequence, success, text = self._served.get()
            self._busy = False
            if stream is self._stream:
                self._answer(sequence, success, text)
        self._stream.send(STATE, pack_state(self._state))

    def _hear(self, timeout: float) -> None:
        """Take what comes within `timeout` s."""
        sockets = [self._listener] + ([self._stream.socket] if self._stream is not None else [])
        ready = select.select(sockets, [], [], max(timeout, 0.0))[0]
        if self._stream is not None and self._stream.socket in ready:
            self._try(self._take_frames)
        if self._listener in ready:
            self._accept()

    def _accept(self) -> None:
        connection, address = self._listener.accept()
        stream = Stream(connection)
        if self._stream is not None:
            stream.close("another arm node is connected to the agent; end it first")
            return
        print(f"the arm node at {address[0]}:{address[1]} has connected", flush=True)
        self._stream, self._heard = stream, clock()
        self._try(lambda: stream.send(WELCOME, pack_welcome(self._robot.welcome)))

    def _take_frames(self) -> None:
        for kind, sequence, payload in self._stream.receive():
            self._heard = clock()
            if kind == VELOCITY:
                self._motion.command(self._heard, *unpack_velocity(payload))
            elif kind == REQUEST:
                self._request(sequence, unpack_request(payload))

    def _request(self, sequence: int, action: int) -> None:
        if action == ENGAGE:
            refusal = self._engage()
            self._answer(sequence, not refusal, refusal)
        elif action == RELEASE:
            self._motion.brake(RELEASED)
            self._answer(sequence, True, "")
        elif self._busy:
            self._answer(sequence, False, "the agent is busy with the request before; try again")
        else:
            if action == ENABLE:
                # Whatever was held before, what is held from here on is where the arm is now.
                self._robot.hold()
            self._busy = True
            self._wishes.put((self._stream, sequence, action))

    def _engage(self) -> str:
        """Follow from now on; why not, or nothing."""
        if (reason := trouble(self._state)) != NONE:
            return STOPS[reason]
        if self._motion.mode != HELD:
            return "the arm is not at rest; try again"
        self._robot.set_timeout()
        self._motion.engage(clock())
        return ""

    def _answer(self, sequence: int, success: bool, text: str) -> None:
        self._stream.send(ANSWER, pack_answer(sequence, success, text))

    def _serve(self) -> None:
        """The second thread: a person's wishes, one at a time."""
        while True:
            stream, sequence, action = self._wishes.get()
            try:
                self._robot.serve(action)
                self._served.put((stream, sequence, True, ""))
            except (OSError, ValueError) as error:
                self._served.put((stream, sequence, False, str(error).strip()))

    def _try(self, use_link: Callable[[], object]) -> None:
        """Do it; a link that fails is closed, and the arm brakes."""
        try:
            use_link()
        except (LinkError, struct.error) as error:
            self._lose(str(error))

    def _lose(self, reason: str) -> None:
        print(f"the arm node is gone: {reason}", flush=True)
        self._motion.brake(LINK_LOST)
        self._stream.close(reason)
        self._stream = None


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Drives the Sawyer for the arm node of awac_ros; Ctrl-C ends it.")
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on (default: this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help="TCP port to listen on (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        print("real-time scheduling is not permitted, so a busy machine may stop the arm", flush=True)
    listener = socket.create_server((arguments.bind, arguments.port))
    agent = Agent(Robot(), listener)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, agent.end)
    print(f"the agent listens on {arguments.bind}:{listener.getsockname()[1]}", flush=True)
    agent.run()


if __name__ == "__main__":
    main()
