import signal
from collections.abc import Callable

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.qos import QoSProfile, qos_profile_sensor_data

from awac_msgs.msg import ArmStatus, BufferStatus, LearnerStatus
from awac_ros.nodes import qos
from awac_ros.nodes.peer import FINISHED, Peer, missed


def started(world, tmp_path, heard: list[BufferStatus]) -> Callable[[], object]:
    """Start a buffer, and wait until it is heard anew."""

    def start() -> object:
        heard.clear()
        process = world.start("buffer", store=tmp_path / "store.sqlite")
        world.until(lambda: heard)
        return process

    return start


def test_a_node_killed_at_any_time_is_missed_in_plain_words_and_its_return_is_told(world, tmp_path) -> None:
    heard: list[BufferStatus] = []
    peer = Peer(world.node, "buffer", BufferStatus, lambda: "what is made waits on this disk", heard.append)
    start = started(world, tmp_path, heard)
    process = start()
    assert peer.trouble is None
    process.kill()
    world.until(lambda: peer.trouble)
    assert peer.trouble.startswith("the buffer is gone since ")
    assert peer.trouble.endswith(", and what is made waits on this disk; start it again")
    process = start()
    world.until(lambda: peer.trouble is None)
    process.send_signal(signal.SIGSTOP)
    world.until(lambda: peer.trouble)
    process.send_signal(signal.SIGCONT)
    world.until(lambda: peer.trouble is None)
    process.send_signal(signal.SIGINT)
    world.until(lambda: peer.trouble)
    assert process.wait() == 0


def test_an_actor_says_of_a_killed_arm_that_it_is_gone_and_that_it_is_back(world) -> None:
    health = world.hear(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
    arms = world.hear(ArmStatus, "arm/status", qos.LATCHED)

    def told(words: str) -> bool:
        return any(
            status.name.startswith("actor") and words in status.message for one in health for status in one.status
        )

    arm = world.start("arm")
    world.start("actor", mode="collect")
    world.until(lambda: arms and told("ok"))
    arm.kill()
    world.until(lambda: told("the arm is gone since "))
    assert "[WARN]" in world.log() and "and nothing moves; start it again" in world.log()
    world.start("arm")
    world.until(lambda: "the arm is back after " in world.log())
    health.clear()
    world.until(lambda: told("ok"))


def test_a_node_that_lives_and_says_nothing_is_missed_until_it_speaks(world) -> None:
    elsewhere = rclpy.Context()  # a participant gives other ones signs of life, and itself none
    rclpy.init(context=elsewhere)
    node = rclpy.create_node("learner", context=elsewhere)
    publisher = node.create_publisher(LearnerStatus, "learner/status", qos.STATUS)
    peer = Peer(world.node, "learner", LearnerStatus, lambda: "version 3 stays in use")
    publisher.publish(LearnerStatus())
    world.until(lambda: peer.trouble)
    assert peer.trouble.startswith("the learner lives, but has said nothing since ")
    assert "version 3 stays in use" in peer.trouble
    publisher.publish(LearnerStatus())
    world.until(lambda: peer.trouble is None)
    node.destroy_node()
    elsewhere.shutdown()


def test_a_node_that_said_it_is_finished_is_not_missed(world) -> None:
    heard: list[LearnerStatus | DiagnosticStatus | BufferStatus] = []
    learner = world.node.create_publisher(LearnerStatus, "learner/status", qos.STATUS)
    recorder = world.node.create_publisher(DiagnosticStatus, "recorder/status", qos.STATUS)
    finished = [
        Peer(world.node, "learner", LearnerStatus, lambda: "on we go", heard.append),
        Peer(world.node, "recorder", DiagnosticStatus, lambda: "on we go", heard.append),
    ]
    stopped = world.node.create_publisher(BufferStatus, "buffer/status", qos.STATUS)
    other = Peer(world.node, "buffer", BufferStatus, lambda: "on we go", heard.append)
    learner.publish(LearnerStatus(finished=True))
    recorder.publish(DiagnosticStatus(values=[KeyValue(key=FINISHED, value="True")]))
    stopped.publish(BufferStatus())
    world.until(lambda: len(heard) == 3)
    for publisher in (learner, recorder, stopped):
        world.node.destroy_publisher(publisher)
    world.until(lambda: other.trouble)
    assert missed(finished) is None
    assert missed((*finished, other)) == other.trouble


@pytest.mark.parametrize("wish", [QoSProfile(depth=10), qos_profile_sensor_data, qos.LATCHED])
def test_whoever_asks_for_no_sign_of_life_may_listen_too(world, tmp_path, wish) -> None:
    heard = world.hear(BufferStatus, "buffer/status", wish)
    world.start("buffer", store=tmp_path / "store.sqlite")
    world.until(lambda: heard)
