"""The agent's file: what it needs, its protocol, and what it tells the robot at each tick."""

import ast
import math
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from awac_ros.arms import sawyer_agent as agent
from awac_ros.arms.sawyer_agent import LinkError, Motion, State, Stream, Welcome

SLOW, FAST = (0.1,) * 7, (1.0,) * 7
REST = (0.0,) * 7


@pytest.fixture
def link() -> Iterator[tuple[Stream, Stream]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        here = Stream(socket.create_connection(listener.getsockname()))
        there = Stream(listener.accept()[0])
    yield here, there
    here.close()
    there.close()


def received(stream: Stream) -> list:
    """The next frames, waited for."""
    select.select([stream.socket], [], [], 10.0)
    return stream.receive()


def following(velocity: tuple = SLOW) -> Motion:
    motion = Motion()
    motion.engage(now=1.0)
    motion.command(1.0, 1.0, velocity)
    return motion


def test_the_file_stands_alone() -> None:
    source = Path(agent.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert imported - sys.stdlib_module_names == {"rospy", "intera_interface"}


def test_a_copy_explains_itself_without_ros(tmp_path: Path) -> None:
    copy = tmp_path / "sawyer_agent.py"
    copy.write_bytes(Path(agent.__file__).read_bytes())
    ended = subprocess.run([sys.executable, "-I", str(copy), "--help"], capture_output=True, text=True, check=True)
    assert "--bind" in ended.stdout


def test_what_is_packed_is_what_is_unpacked() -> None:
    seven = tuple(0.1 * i for i in range(7))
    state = State(1.5, seven, REST, FAST, (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 0.01, agent.ENABLED | agent.CUFF, 1, 3, 7)
    welcome = Welcome(agent.JOINTS, REST, seven, FAST, "5.3.0", True)
    assert agent.unpack_state(agent.pack_state(state)) == state
    assert agent.unpack_welcome(agent.pack_welcome(welcome)) == welcome
    assert agent.unpack_velocity(agent.pack_velocity(1.5, seven)) == (1.5, seven)
    assert agent.unpack_answer(agent.pack_answer(7, False, "no: ü")) == (7, False, "no: ü")
    assert agent.unpack_request(agent.pack_request(agent.RESET)) == agent.RESET


def test_frames_arrive_whole_and_in_order_however_they_are_cut(link: tuple) -> None:
    here, there = link
    sent = [(kind, bytes([kind] * kind)) for kind in (agent.STATE, agent.VELOCITY, agent.REQUEST)]
    whole = b"".join(
        agent.HEADER.pack(agent.MAGIC, agent.VERSION, kind, len(payload), number) + payload
        for number, (kind, payload) in enumerate(sent, 1)
    )
    frames = []
    for byte in whole:
        here.socket.send(bytes([byte]))
        frames += received(there)
    assert [(kind, payload) for kind, _, payload in frames] == sent


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ((b"HT", agent.VERSION, agent.STATE, 0, 1), "not this protocol"),
        ((agent.MAGIC, agent.VERSION + 1, agent.STATE, 0, 1), "copy the sawyer_agent.py of this release"),
        ((agent.MAGIC, agent.VERSION, agent.STATE, 10**9, 1), "none is longer"),
        ((agent.MAGIC, agent.VERSION, agent.STATE, 0, 2), "loses or reorders"),
    ],
)
def test_a_frame_that_can_not_be_right_ends_the_link(link: tuple, header: tuple, words: str) -> None:
    here, there = link
    here.socket.send(agent.HEADER.pack(*header))
    with pytest.raises(LinkError, match=words):
        received(there)


def test_a_farewell_says_why(link: tuple) -> None:
    here, there = link
    here.close("lunch")
    with pytest.raises(LinkError, match="lunch"):
        received(there)


def test_a_peer_that_does_not_read_ends_the_link(link: tuple) -> None:
    with pytest.raises(LinkError, match="does not read"):
        for _ in range(10_000):
            link[0].send(agent.STATE, bytes(4000))


def test_nothing_is_sent_to_the_robot_before_it_is_engaged() -> None:
    motion = Motion()
    motion.command(1.0, 1.0, FAST)
    assert motion.tick(1.0, agent.NONE) == agent.SILENT


def test_velocities_are_approached_and_left_within_the_acceleration_limits() -> None:
    motion, before, now = following(FAST), REST, 1.0
    for step in range(40):
        now += agent.PERIOD
        motion.command(now, now, FAST)
        if step == 20:
            assert before == FAST
            motion.brake(agent.RELEASED)
        told = motion.tick(now, agent.NONE)
        if told == agent.HOLD:
            break
        for v, v_before, limit in zip(told, before, agent.ACCELERATION, strict=True):
            assert abs(v - v_before) <= limit * agent.PERIOD + 1e-12
        before = told
    assert told == agent.HOLD and before == REST
    assert motion.stop == agent.RELEASED


def test_a_command_holds_only_as_long_as_the_state_it_answers_is_young() -> None:
    motion = following()
    assert motion.tick(1.0, agent.NONE) != REST and motion.tick(1.19, agent.NONE) == SLOW
    motion.command(1.3, 1.05, FAST)  # it was under way for a quarter of a second
    motion.tick(1.3, agent.NONE)
    assert (motion.mode, motion.stop) == (agent.BRAKING, agent.LATE)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -5.0])
def test_a_velocity_that_no_limiter_lets_pass_stops_the_arm(bad: float) -> None:
    motion = following()
    motion.command(1.01, 1.01, (bad, *SLOW[1:]))
    assert motion.stop == agent.BAD_COMMAND
    assert motion.tick(1.02, agent.NONE) == agent.HOLD


@pytest.mark.parametrize("stamp", [2.0, math.nan])
def test_an_answer_to_a_state_that_was_never_sent_stops_the_arm(stamp: float) -> None:
    motion = following()
    motion.command(1.01, stamp, SLOW)
    assert motion.stop == agent.BAD_COMMAND


@pytest.mark.parametrize("reason", [agent.NOT_ENABLED, agent.COLLIDED, agent.CUFF_PRESSED])
def test_trouble_of_the_robot_ends_velocity_mode_at_once(reason: int) -> None:
    motion = following()
    motion.tick(1.01, agent.NONE)
    assert motion.tick(1.02, reason) == agent.HOLD
    assert motion.tick(1.03, agent.NONE) == agent.SILENT
    assert motion.stop == reason


def test_without_joint_states_no_position_is_held_that_is_not_known() -> None:
    motion = following()
    assert motion.tick(1.01, agent.STALE_STATE) == REST
    assert motion.tick(1.02, agent.STALE_STATE) == agent.SILENT


def test_after_a_pause_the_robot_is_left_to_its_own_hold() -> None:
    motion = following()
    motion.tick(1.01, agent.NONE)
    motion.command(1.02, 1.02, SLOW)
    assert motion.tick(1.02 + agent.ROBOT_TIMEOUT, agent.NONE) == agent.SILENT
    assert motion.stop == agent.LATE


def test_the_first_reason_stays_until_the_arm_is_engaged_again() -> None:
    motion = following()
    motion.brake(agent.LINK_LOST)
    motion.tick(1.01, agent.COLLIDED)
    assert motion.stop == agent.LINK_LOST
    motion.engage(2.0)
    assert motion.stop == agent.NONE
    assert motion.tick(2.0, agent.NONE) == REST


def test_a_late_state_is_known_whatever_the_robots_clock_shows() -> None:
    for offset in (-5.0, 0.0, 1e9):
        lateness = agent.Lateness()
        for step in range(10):
            assert lateness.measured(100.0 + step, offset + step) == pytest.approx(100.0 + step)
        assert lateness.measured(110.25, offset + 10.0) == pytest.approx(110.0, abs=0.01)


def test_clocks_that_drift_apart_make_no_state_late() -> None:
    lateness = agent.Lateness()
    for step in range(100_000):
        now = 0.1 * step
        assert now - lateness.measured(now, 0.9995 * now) < 0.01
