"""Teleoperation as an actor meets it: real topics, a real terminal, a node of its own."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TwistStamped
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Joy
from std_msgs.msg import Empty
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus, EpisodeMark, EpisodeStatus
from awac_ros.bench.typist import REPORTS_RELEASES, Typist, pressed, released, repeated
from awac_ros.data import demos
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, stamp, twist
from awac_ros.nodes.teleop import Teleop
from awac_ros.resources import resource

SHOULDER, A, START, BACK, UP = 9, 0, 6, 4, 11
FORWARD = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]


class Graph:
    """What a person's twists and marks meet."""

    def __init__(self, world) -> None:
        self.world = world
        self.twists = world.hear(TwistStamped, "teleop/twist", qos.COMMAND)
        self.released = world.hear(Empty, "teleop/released", qos.EVENTS)
        self.marks = world.hear(EpisodeMark, "episode/mark", qos.EVENTS)
        self.episode = world.node.create_publisher(EpisodeStatus, "episode/status", qos.EPISODES)
        self.arm = world.node.create_publisher(ArmStatus, "arm/status", qos.STATUS)
        self.calls: list[str] = []
        for name in ("arm/stop", "arm/resume"):
            world.node.create_service(Trigger, name, lambda _, reply, name=name: self._answer(name, reply))

    def put(self, state: int, **about: int) -> None:
        self.episode.publish(EpisodeStatus(actor_id="a", state=state, **about))

    def hears(self, v_base_tip: list[float]) -> None:
        """Wait until the newest twist is this one (linear part)."""
        self.world.until(lambda: self.twists and np.allclose(twist(self.twists[-1])[:3], v_base_tip, atol=1e-6))

    def _answer(self, name: str, reply: Trigger.Response) -> Trigger.Response:
        self.calls.append(name)
        reply.success, reply.message = True, f"{name} was called"
        if name == "arm/resume":
            self.arm.publish(ArmStatus(stopped=False))
        return reply


@pytest.fixture
def graph(world) -> Graph:
    return Graph(world)


class Person(Typist):
    """Somebody at a terminal, in a world that goes on meanwhile."""

    def __init__(self, world, *words: str) -> None:
        super().__init__(*words)
        self._world = world

    def sees(self, words: str) -> None:
        self._world.until(lambda: words in self.screen())

    def holds(self, key: bytes, until: Callable[[], bool]) -> None:
        """The key, as a keyboard repeats it."""

        def press() -> bool:
            self.type(key)
            self.screen()
            return until()

        self._world.until(press)


@pytest.fixture
def person(world, graph) -> Iterator[Person]:
    with Person(world, "teleop", "keyboard") as person:
        person.sees("Ctrl-C ends this")
        world.until(graph.episode.get_subscription_count)
        yield person


def test_a_held_key_drives_letting_go_sends_one_zero_and_then_silence(graph: Graph, person: Person) -> None:
    person.holds(b"w", until=lambda: len(graph.twists) > 3)
    np.testing.assert_allclose(twist(graph.twists[-1]), [0.15, 0, 0, 0, 0, 0])
    graph.hears([0.0, 0.0, 0.0])
    graph.world.until(lambda: graph.released)
    graph.twists.clear()
    graph.put(EpisodeStatus.WAITING, episode=4)
    person.sees("episode 4 waits for its start")
    person.type(b"\r")
    graph.world.until(lambda: [mark.mark for mark in graph.marks] == [EpisodeMark.START])
    assert graph.twists == []


def test_a_terminal_that_reports_releases_stops_the_arm_at_the_release(graph: Graph, person: Person) -> None:
    person.type(REPORTS_RELEASES + pressed("a"))
    graph.hears([0.0, 0.15, 0.0])
    person.type(released("a"))
    graph.hears([0.0, 0.0, 0.0])


def test_a_state_of_an_episode_that_nobody_knows_is_said_and_ends_nothing(graph: Graph, person: Person) -> None:
    graph.put(9)
    person.sees("no state 9 with outcome 0 is known")
    graph.put(EpisodeStatus.RUNNING, episode=4)
    person.sees("episode 4 runs")


def test_marks_go_where_the_episode_stands_and_the_rest_says_why_not(graph: Graph, person: Person) -> None:
    person.type(b"\r")
    person.sees("start means nothing now: no actor is there")
    graph.put(EpisodeStatus.RUNNING, episode=2)
    person.sees("episode 2 runs")
    person.type(b"x")
    graph.world.until(lambda: [mark.mark for mark in graph.marks] == [EpisodeMark.DISCARD])
    graph.put(EpisodeStatus.ENDED, episode=2, outcome=EpisodeStatus.FAILURE, steps=87)
    person.sees("episode 2: 87 steps, failure")
    person.type(b"u")
    person.sees("recorder/undo is not there; start its node")


def test_ctrl_c_ends_it_cleanly_and_leaves_the_terminal_as_it_was(graph: Graph, person: Person) -> None:
    assert not person.restored
    person.holds(b"d", until=lambda: bool(graph.twists))
    person.type(b"\x03")
    graph.world.until(lambda: person.screen() and person.process.poll() is not None)
    assert person.process.returncode == 0
    assert person.restored
    graph.hears([0.0, 0.0, 0.0])


def test_beside_a_graph_on_a_simulated_clock_twists_carry_its_time(world) -> None:
    twists = world.hear(TwistStamped, "teleop/twist", qos.COMMAND)
    clock = world.node.create_publisher(Clock, "/clock", qos.STATE)
    world.node.create_timer(0.02, lambda: clock.publish(Clock(clock=stamp(1234.5))))
    with Person(world, "teleop", "keyboard", "--use-sim-time") as person:
        person.sees("Ctrl-C ends this")
        person.holds(b"w", until=lambda: twists and twists[-1].header.stamp == stamp(1234.5))


def test_without_a_terminal_the_keyboard_is_refused_in_one_sentence(world) -> None:
    command = [sys.executable, "-m", "awac_ros.nodes", "teleop"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "run awac teleop keyboard in one" in done.stderr and "Traceback" not in done.stderr


def test_a_gamepad_that_is_not_there_is_said_and_waited_for(world) -> None:
    node = world.start("teleop", device="gamepad")
    world.until(lambda: "no gamepad is there; plug one in" in world.log())
    node.send_signal(signal.SIGINT)
    assert node.wait(timeout=20) == 0


def test_without_pygame_the_gamepad_says_how_to_get_it(world) -> None:
    code = "import sys; sys.modules['pygame'] = None; from awac_ros.nodes.teleop import main; main()"
    command = [sys.executable, "-c", code, "--ros-args", "-p", "device:=gamepad"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "pip install pygame-ce" in done.stderr and "Traceback" not in done.stderr


class Pad:
    """A gamepad that a node publishes 20 times a second, as joy's do."""

    def __init__(self, world, topic: str = "joy") -> None:
        self.axes, self.down = [0.0] * 6, set()
        self._joy = world.node.create_publisher(Joy, topic, 10)
        world.until(self._joy.get_subscription_count)
        self._timer = world.node.create_timer(0.05, self._publish)
        self.sent = 0

    def falls_silent(self) -> None:
        self._timer.cancel()

    def speaks_again(self) -> None:
        self._timer.reset()

    def _publish(self) -> None:
        self._joy.publish(Joy(axes=self.axes, buttons=[int(number in self.down) for number in range(15)]))
        self.sent += 1


@pytest.fixture
def pad(world, graph) -> Iterator[Pad]:
    world.run(Teleop, device="joy")
    pad = Pad(world)
    world.until(lambda: pad.sent > 2)
    yield pad


def test_a_gamepad_drives_while_its_dead_man_is_held_and_silence_lets_go(graph: Graph, pad: Pad) -> None:
    pad.axes, pad.down = FORWARD, {SHOULDER}
    graph.hears([0.2, 0.0, 0.0])
    pad.falls_silent()
    graph.hears([0.0, 0.0, 0.0])
    graph.twists.clear()
    pad.speaks_again()
    sent = pad.sent
    graph.world.until(lambda: pad.sent > sent + 5)
    assert graph.twists == [], "a dead-man that was held all along must be taken anew"
    pad.down = set()
    sent = pad.sent
    graph.world.until(lambda: pad.sent > sent + 2)
    pad.down = {SHOULDER}
    graph.hears([0.2, 0.0, 0.0])


def test_a_stop_holds_until_a_person_resumes_and_takes_the_dead_man_anew(graph: Graph, pad: Pad) -> None:
    pad.axes, pad.down = FORWARD, {SHOULDER}
    graph.hears([0.2, 0.0, 0.0])
    pad.down = {SHOULDER, BACK}
    graph.world.until(lambda: "arm/stop" in graph.calls)
    graph.world.until(lambda: [mark.mark for mark in graph.marks] == [EpisodeMark.STOP])
    graph.arm.publish(ArmStatus(stopped=True, stop_reason="arm/stop was called"))
    graph.hears([0.0, 0.0, 0.0])
    graph.twists.clear()
    pad.down = {SHOULDER, UP}
    graph.world.until(lambda: "arm/resume" in graph.calls)
    sent = pad.sent
    graph.world.until(lambda: pad.sent > sent + 5)
    assert graph.twists == []
    pad.down = set()
    sent = pad.sent
    graph.world.until(lambda: pad.sent > sent + 2)
    pad.down = {SHOULDER}
    graph.hears([0.2, 0.0, 0.0])


def test_a_button_of_the_gamepad_marks_the_running_episode(graph: Graph, pad: Pad) -> None:
    graph.put(EpisodeStatus.RUNNING)
    marks: list[int] = []

    def pressed() -> bool:
        pad.down ^= {A}
        marks[:] = [mark.mark for mark in graph.marks]
        return bool(marks)

    graph.world.until(pressed)
    assert marks[0] == EpisodeMark.SUCCESS


def test_a_spacemouse_drives_as_soon_as_its_cap_is_deflected(graph: Graph) -> None:
    graph.world.run(Teleop, device="spacemouse")
    mouse = Pad(graph.world, "spacenav/joy")
    graph.world.until(lambda: mouse.sent > 2)
    mouse.axes = [0.0, -1.0, 0.0, 0.0, 0.0, 0.0]
    graph.hears([0.0, -0.2, 0.0])
    mouse.axes = [0.0] * 6
    graph.hears([0.0, 0.0, 0.0])


def test_directions_of_the_tip_need_the_tip_to_be_seen(graph: Graph, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.yaml"
    mapping.write_text(resource("config/teleop_gamepad.yaml").read_text().replace("frame: base", "frame: tip"))
    graph.world.run(Teleop, device="joy", mapping=mapping)
    pad = Pad(graph.world)
    tips = graph.world.node.create_publisher(PoseStamped, "tip_pose", qos.STATE)
    pad.axes = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    graph.world.until(lambda: pad.sent > 2)
    pad.down = {SHOULDER}
    sent = pad.sent
    graph.world.until(lambda: pad.sent > sent + 5)
    assert graph.twists == []
    graph.world.node.create_timer(0.02, lambda: tips.publish(pose_message(stamp(0.0), np.zeros(3), (1, 0, 0, 0))))
    graph.hears([0.0, -0.2, 0.0])


PATIENT = """
/**/arm: {ros__parameters: {command_timeout: 2.0}}
/**/actor: {ros__parameters: {state_timeout: 2.0}}
"""


def test_one_command_starts_the_graph_and_a_person_at_its_terminal_records_corrects_and_takes_back(
    world, tmp_path: Path
) -> None:
    params_file, path = tmp_path / "patient.yaml", tmp_path / "demos.hdf5"
    params_file.write_text(PATIENT)
    commands = world.hear(TwistStamped, "arm/command", qos.COMMAND)
    words = ("mode:=collect", "teleop:=keyboard", "reward:=person", "episodes:=0", f"params_file:={params_file}")

    def demonstrates(episode: int, key: str, mark: str) -> None:
        person.sees(f"episode {episode} waits for its start")
        person.type(pressed("\r") + released("\r"))
        person.sees(f"episode {episode} runs")
        commands.clear()
        person.type(pressed(key))
        person.holds(repeated(key), until=lambda: sum(bool(twist(c)[:2].any()) for c in commands) > 3)
        person.type(released(key) + pressed(mark) + released(mark))
        person.sees(f"episode {episode}: ")

    with Person(world, "up", "pushing", *words, f"out:={tmp_path}") as person:
        person.sees("Ctrl-C ends this")
        person.type(REPORTS_RELEASES)
        demonstrates(0, "w", "y")
        person.sees("demonstrations: 1, the last: ")
        demonstrates(1, "a", "n")
        person.sees("demonstrations: 2, the last: ")
        demonstrates(2, "s", "x")
        person.sees("discarded")
        person.sees("episode 3 waits for its start")
        person.type(pressed("y"))
        person.sees("demo_1 is a success")
        first, second = demos.read(path)
        person.type(pressed("u"))
        person.sees("demo_1 is taken back")
        assert demos.count(path) == 1
        person.type(b"\x1b[99;5u")
        world.until(lambda: person.screen() and person.process.poll() is not None)
        assert person.process.returncode == 0
        assert person.restored

    assert first.success and second.success
    for episode, action in ((first, [0.75, 0.0]), (second, [0.0, 0.75])):
        rows = episode.transitions
        assert len(rows) >= 3 and rows.intervened.all()
        moved = rows.action[rows.action.any(axis=1)]
        np.testing.assert_allclose(moved, np.tile(action, (len(moved), 1)), atol=1e-6)
        assert len(rows) - len(moved) <= 2, "nothing is recorded once the key is let go"
        assert rows.reward.tolist() == [-1.0] * (len(rows) - 1) + [0.0]
        assert rows.terminated[-1] and not rows.truncated.any()
