from pathlib import Path

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from std_srvs.srv import Trigger

from awac_msgs.msg import EpisodeStatus
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_ros.data import EpisodeBuilder, Transitions, demos
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.messages import transitions_message
from awac_ros.nodes.peer import FINISHED
from awac_ros.nodes.recorder import Recorder
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout
ACTOR = "a" * 32


def steps(count: int, episode: int) -> Transitions:
    rng = np.random.default_rng(episode)
    builder = EpisodeBuilder(ACTOR, episode)
    for step in range(count):
        rows = rng.uniform(size=(2, 8)).astype(np.float32)
        builder.add(rows[0], np.zeros(2), 0.0, rows[1], truncated=step == count - 1, step_time=0.1 * step)
    return builder.transitions()


class Actor:
    """What a recorder hears of an actor."""

    def __init__(self, world) -> None:
        self.transitions = world.node.create_publisher(TransitionsMessage, "transitions", qos.KEPT)
        self.status = world.node.create_publisher(EpisodeStatus, "episode/status", qos.EPISODES)
        world.until(lambda: self.transitions.get_subscription_count() and self.status.get_subscription_count())

    def send(self, rows: Transitions) -> None:
        self.transitions.publish(transitions_message(rows, LAYOUT))

    def end(self, episode: int, count: int, outcome: int = EpisodeStatus.SUCCESS) -> None:
        self.status.publish(
            EpisodeStatus(actor_id=ACTOR, episode=episode, state=EpisodeStatus.ENDED, outcome=outcome, steps=count)
        )


def test_episodes_that_were_not_discarded_are_recorded_as_they_were_acted(world, tmp_path: Path) -> None:
    path = tmp_path / "demos.hdf5"
    statuses = world.hear(DiagnosticStatus, "recorder/status", qos.KEPT)
    recorder = world.host(Recorder, demos=path, episodes=2)
    actor = Actor(world)
    for number, outcome in enumerate([EpisodeStatus.SUCCESS, EpisodeStatus.DISCARDED, EpisodeStatus.FAILURE]):
        rows = steps(4 + number, number)
        actor.send(rows[:3])
        actor.end(number, len(rows), outcome)
        actor.send(rows[3:])
    world.until(lambda: recorder.finished)
    first, second = demos.read(path, LAYOUT)
    np.testing.assert_array_equal(first.transitions.observation, steps(4, 0).observation)
    np.testing.assert_array_equal(second.transitions.next_observation, steps(6, 2).next_observation)
    assert first.success and not second.success
    world.until(lambda: any(status.message.startswith("demonstrations: 2") for status in statuses))
    said = [any(pair.key == FINISHED for pair in status.values) for status in statuses]
    assert said == [status.message.startswith("demonstrations: 2") for status in statuses]


def test_an_episode_with_a_hole_is_refused_and_the_next_is_recorded(world, tmp_path: Path, capfd) -> None:
    path = tmp_path / "demos.hdf5"
    recorder = world.host(Recorder, demos=path, episodes=1, patience=0.2)
    actor = Actor(world)
    actor.send(steps(5, 0)[np.array([0, 1, 4])])
    actor.end(0, 5)
    world.until(lambda: "2 of 5 steps never came (2, 3)" in capfd.readouterr().err)
    assert demos.count(path) == 0
    actor.send(steps(5, 1))
    actor.end(1, 5)
    world.until(lambda: recorder.finished)
    assert demos.count(path) == 1


def test_an_outcome_that_there_is_not_is_refused_and_the_next_episode_is_recorded(world, tmp_path: Path, capfd) -> None:
    path = tmp_path / "demos.hdf5"
    recorder = world.host(Recorder, demos=path, episodes=1)
    actor = Actor(world)
    actor.send(steps(5, 0))
    actor.end(0, 5, outcome=77)
    world.until(lambda: "there is no outcome 77" in capfd.readouterr().err)
    actor.send(steps(4, 1))
    actor.end(1, 4)
    world.until(lambda: recorder.finished)
    assert [len(episode) for episode in demos.read(path)] == [4]


def test_an_episode_that_the_disk_refuses_is_kept_and_written_once_it_can_be(world, tmp_path: Path, capfd) -> None:
    path = tmp_path / "demos" / "demos.hdf5"
    recorder = world.host(Recorder, demos=path, episodes=2)
    actor = Actor(world)
    path.parent.rename(tmp_path / "unplugged")
    path.parent.touch()
    for number in range(2):
        actor.send(steps(5, number))
        actor.end(number, 5)
    world.until(lambda: "the episode is kept in memory and tried again" in capfd.readouterr().err)
    path.parent.unlink()
    (tmp_path / "unplugged").rename(path.parent)
    world.until(lambda: recorder.finished)
    assert [episode.transitions.episode[0] for episode in demos.read(path)] == [0, 1]


def test_transitions_of_another_task_are_refused_by_name(world, tmp_path: Path, capfd) -> None:
    world.host(Recorder, demos=tmp_path / "demos.hdf5")
    actor = Actor(world)
    message = transitions_message(steps(2, 0), LAYOUT)
    message.layout_hash = "f" * 16
    actor.transitions.publish(message)
    world.until(lambda: "layout ffffffffffffffff is not task pushing's" in capfd.readouterr().err)


def test_a_recorder_without_a_file_says_so(world) -> None:
    with pytest.raises(AwacError, match="parameter demos is empty"):
        world.host(Recorder)


def said(world, name: str) -> tuple[bool, str]:
    reply = world.call(Trigger, name, Trigger.Request())
    return reply.success, reply.message


def test_the_last_demonstration_can_be_judged_anew_and_taken_back_and_what_is_there_is_always_said(
    world, tmp_path: Path
) -> None:
    path = tmp_path / "demos.hdf5"
    statuses = world.hear(DiagnosticStatus, "recorder/status", qos.LATCHED)
    world.host(Recorder, demos=path, reward="person")
    world.until(lambda: statuses and statuses[-1].message == "demonstrations: 0")
    assert said(world, "recorder/undo") == (
        False,
        "nothing was recorded since the recorder started; older demonstrations stay as they are",
    )
    actor = Actor(world)
    for number in range(2):
        actor.send(steps(4, number))
        actor.end(number, 4, EpisodeStatus.FAILURE)
    world.until(lambda: statuses[-1].message == "demonstrations: 2, the last: 4 steps, failure")
    assert said(world, "recorder/mark_success") == (True, "demo_1 is a success")
    world.until(lambda: statuses[-1].message == "demonstrations: 2, the last: 4 steps, success")
    assert {pair.key: pair.value for pair in statuses[-1].values} == {
        "demonstrations": "2",
        "recorded now": "2",
        "last steps": "4",
        "last outcome": "success",
    }
    rows = demos.read(path, LAYOUT)[1].transitions
    assert rows.reward.tolist() == [-1, -1, -1, 0] and rows.terminated[-1]
    assert said(world, "recorder/mark_failure") == (True, "demo_1 is a failure")
    assert demos.read(path, LAYOUT)[1].transitions.reward.tolist() == [-1] * 4
    assert said(world, "recorder/undo") == (True, "demo_1 is taken back")
    assert demos.count(path) == 1
    world.until(lambda: statuses[-1].message == "demonstrations: 1, the last: 4 steps, failure")


def test_a_killed_recorder_that_is_started_again_records_what_it_missed_and_nothing_twice(
    world, tmp_path: Path
) -> None:
    path = tmp_path / "demos.hdf5"
    statuses = world.hear(DiagnosticStatus, "recorder/status", qos.LATCHED)

    def recorded(count: int) -> None:
        world.until(lambda: statuses and statuses[-1].message.startswith(f"demonstrations: {count}"))

    first = world.start("recorder", demos=path, patience=0.5)
    actor = Actor(world)
    for number in range(2):
        actor.send(steps(4, number))
        actor.end(number, 4)
    recorded(2)
    assert said(world, "recorder/undo") == (True, "demo_1 is taken back")
    actor.send(steps(5, 2)[:3])
    first.kill()
    first.wait()
    actor.send(steps(5, 2)[3:])
    actor.end(2, 5)
    statuses.clear()
    world.start("recorder", demos=path, patience=0.5)
    recorded(2)
    assert [int(episode.transitions.episode[0]) for episode in demos.read(path, LAYOUT)] == [0, 2]
    actor.send(steps(4, 3))
    actor.end(3, 4)
    recorded(3)
    assert "never came" not in world.log()
