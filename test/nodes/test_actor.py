"""The actor in its own process, and everything it talks to played by the test."""

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from std_msgs.msg import Empty
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus, EpisodeMark, EpisodeStatus
from awac_ros.data import Transitions
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import qos
from awac_ros.nodes.messages import stamp, twist, twist_message
from awac_ros.nodes.outbox import count_made
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def weights(version: int, bias: float = 0.5, environment_steps: int = 10**6) -> PolicyWeights:
    """A policy that always drives the same way."""
    tensors = {
        "features.matrix": np.eye(8, dtype=np.float32),
        "features.offset": np.zeros(8, np.float32),
        "layer0.weight": np.zeros((2, 8), np.float32),
        "layer0.bias": np.full(2, bias, np.float32),
        "log_std_range": np.array([-6.0, -5.0], np.float32),
        "log_std_logit": np.zeros(2, np.float32),
    }
    return PolicyWeights(tensors, LAYOUT.hash, version, 0, environment_steps)


def overflowing(version: int) -> PolicyWeights:
    """A policy of finite numbers whose action is infinity less infinity."""
    tensors = weights(version).tensors
    tensors["features.matrix"] *= 1e30
    tensors["layer0.weight"][:, [0, 2]] = 3e38, -3e38
    return replace(weights(version), tensors=tensors)


def policy_file(tmp_path: Path, **changes: float) -> Path:
    path = tmp_path / "policy.safetensors"
    path.write_bytes(weights(5, **changes).to_bytes())
    return path


def test_the_next_observation_of_a_truncated_step_is_the_true_one(around, tmp_path: Path) -> None:
    actor = around.world.start("actor", mode="eval", lockstep=True, env_steps=203, weights=policy_file(tmp_path))
    assert around.exits(actor) == 0
    around.world.until(lambda: len(around.ended()) == 2)
    rows = around.rows()
    assert rows.episode.tolist() == [0] * 200 + [1] * 3
    assert np.flatnonzero(rows.truncated).tolist() == [199, 202] and not rows.terminated.any()
    for row in range(203):
        at = round(float(rows.step_time[row]), 9)
        np.testing.assert_array_equal(rows.observation[row, :4], around.seen[at])
        np.testing.assert_array_equal(rows.next_observation[row, :4], around.seen[round(at + 0.1, 9)])
    assert (rows.next_observation[199] != rows.observation[200]).any()
    assert set(rows.policy_version.tolist()) == {5}
    around.world.until(lambda: around.statuses and around.statuses[-1].finished)
    assert around.statuses[-1].acted == 203


def test_in_lockstep_a_lost_state_is_asked_for_again_and_no_step_is_made_twice(around, tmp_path: Path) -> None:
    around.lost_on_the_way = {0.1, 0.3}
    actor = around.world.start("actor", mode="eval", lockstep=True, env_steps=5, weights=policy_file(tmp_path))
    assert around.exits(actor) == 0 and not around.lost_on_the_way
    around.world.until(around.ended)
    rows = around.rows()
    np.testing.assert_allclose(rows.step_time, 0.1 + 0.1 * np.arange(5))
    np.testing.assert_array_equal(rows.observation[1:], rows.next_observation[:-1])


def test_an_arm_that_no_longer_hears_a_publisher_of_commands_hears_the_next_one(around, tmp_path: Path) -> None:
    first: set[bytes] = set()

    def is_deaf() -> bool:
        infos = around.world.node.get_publishers_info_by_topic("arm/command")
        publishers = {bytes(info.endpoint_gid) for info in infos}
        first.update(publishers if not first else ())
        return bool(first & publishers)

    around.is_deaf = is_deaf
    actor = around.world.start("actor", mode="eval", lockstep=True, env_steps=5, weights=policy_file(tmp_path))
    assert around.exits(actor) == 0
    around.world.until(lambda: len(around.ended()) == 2)
    assert [status.outcome == EpisodeStatus.DISCARDED for status in around.ended()] == [True, False]
    assert "the arm has not answered arm/command" in around.world.log()


def test_collecting_in_lockstep_answers_each_state_with_the_humans_action(around) -> None:
    human = np.array([0.1, -0.05, 0.0, 0.0, 0.0, 0.0])

    def operate() -> None:
        state = around.episodes[-1].state if around.episodes else EpisodeStatus.ENDED
        if state == EpisodeStatus.RUNNING and len(around.commands) % 5 == 4:
            around.commands.clear()
            around.mark(EpisodeMark.SUCCESS)
        elif state == EpisodeStatus.RUNNING:
            around.twists.publish(twist_message(stamp(around.time), human))

    around.on_state = operate
    actor = around.world.start("actor", mode="collect", lockstep=True, episodes=2)
    started: set[int] = set()

    def start_what_waits() -> None:
        waiting = {message.episode for message in around.episodes if message.state == EpisodeStatus.WAITING}
        if waiting - started:
            started.update(waiting)
            around.commands.clear()
            around.mark(EpisodeMark.START)

    around.world.until(lambda: start_what_waits() or actor.poll() is not None)
    assert actor.returncode == 0
    around.world.until(lambda: len(around.ended()) == 2)
    rows = around.rows()
    assert rows.intervened.all() and set(rows.policy_version.tolist()) == {-1}
    np.testing.assert_allclose(rows.action, np.tile([0.5, -0.25], (len(rows), 1)), atol=1e-6)
    assert {status.outcome for status in around.ended()} == {EpisodeStatus.SUCCESS}


def test_the_dead_man_takes_over_from_the_policy(around) -> None:
    human = np.array([-0.1, 0.0, 0.0, 0.0, 0.0, 0.0])
    around.publish_weights(weights(7))
    around.on_state = lambda: around.time > 0.55 and around.twists.publish(twist_message(stamp(around.time), human))
    actor = around.world.start("actor", mode="train", lockstep=True, env_steps=150, teleop_timeout=5.0)
    assert around.exits(actor) == 0
    (rows,) = around.stored
    taken = rows.intervened
    assert not taken[:3].any() and taken[-1]
    np.testing.assert_allclose(rows.action[taken], np.tile([-0.5, 0.0], (taken.sum(), 1)), atol=1e-6)
    assert set(rows.policy_version[taken].tolist()) == {-1} and set(rows.policy_version[~taken].tolist()) == {7}


def test_a_dead_man_let_go_gives_the_arm_back_to_the_policy_at_once(around) -> None:
    human = np.array([-0.1, 0.0, 0.0, 0.0, 0.0, 0.0])
    released = around.world.node.create_publisher(Empty, "teleop/released", qos.EVENTS)

    def operate() -> None:
        if around.time < 1.0:
            around.twists.publish(twist_message(stamp(around.time), human))
        else:
            released.publish(Empty())

    around.on_state = operate
    around.publish_weights(weights(7))
    actor = around.world.start("actor", mode="train", lockstep=True, env_steps=150, teleop_timeout=5.0)
    assert around.exits(actor) == 0
    (rows,) = around.stored
    assert rows.intervened.any() and not rows.intervened[-1]
    assert rows.policy_version[-1] == 7


def test_every_transition_is_acknowledged_before_the_actor_ends(around) -> None:
    around.publish_weights(weights(1))
    around.rejections = 2
    actor = around.world.start("actor", mode="train", lockstep=True, env_steps=250)
    assert around.exits(actor) == 0
    rows = Transitions.concatenate(around.stored)
    keys = list(zip(rows.episode.tolist(), rows.step.tolist(), strict=True))
    assert keys == [(0, step) for step in range(200)] + [(1, step) for step in range(50)]
    around.world.until(lambda: around.statuses and around.statuses[-1].finished)
    assert around.statuses[-1].acknowledged == 250 and around.statuses[-1].queued == 0


def test_in_lockstep_the_learner_is_waited_for(around) -> None:
    around.publish_weights(weights(1, environment_steps=0))
    around.world.start("actor", mode="train", lockstep=True, env_steps=400)
    around.world.until(lambda: around.statuses and "train on 200 transitions" in around.statuses[-1].message)
    assert len(around.stored) == 1
    around.publish_weights(weights(2, environment_steps=200))
    around.world.until(lambda: len(around.stored) == 2)
    assert set(around.stored[1].policy_version.tolist()) == {2}


def test_a_puck_that_is_no_longer_seen_ends_the_episode_and_the_arm_holds_still(around, tmp_path: Path) -> None:
    world = around.world
    node_time = lambda: round(world.node.get_clock().now().nanoseconds / 1e9, 3)  # noqa: E731

    def publish() -> None:
        around.time = node_time()
        around.publish()

    world.node.create_timer(0.02, publish)
    world.start("actor", mode="eval", weights=policy_file(tmp_path), state_timeout=1.0)
    world.until(lambda: len([c for c in around.commands if twist(c).any()]) > 5)
    around.puck_is_seen = False
    (status,) = world.until(around.ended)
    assert status.outcome == EpisodeStatus.DISCARDED
    world.until(lambda: around.says("puck_pose stopped coming"))
    around.commands.clear()
    world.until(lambda: len(around.commands) > 5)
    assert not any(twist(command).any() for command in around.commands) and len(around.ended()) == 1
    around.puck_is_seen = True
    world.until(lambda: any(twist(command).any() for command in around.commands))


def test_refused_weights_leave_the_old_ones_in_use(around, tmp_path: Path) -> None:
    world = around.world
    around.publish_weights(weights(7))
    world.start("actor", mode="train", lockstep=True)
    world.until(lambda: around.statuses and around.statuses[-1].policy_version == 7)
    for changes, words in (
        ({"sha256": "0" * 64}, "SHA-256"),
        ({"layout_hash": "0" * 16}, "layout"),
        ({}, "version 6 came after version 7"),
    ):
        around.publish_weights(weights(6), **changes)
        world.until(lambda words=words: words in world.log() and around.says(words))
    world.until(lambda: _reported(around, "refused weights") == "3")
    assert around.statuses[-1].policy_version == 7


def _reported(around, key: str) -> str | None:
    values = [pair for message in around.health for status in message.status for pair in status.values]
    return next((pair.value for pair in reversed(values) if pair.key == key), None)


def test_an_action_that_is_not_finite_ends_the_actor_in_one_sentence(around, tmp_path: Path) -> None:
    path = tmp_path / "policy.safetensors"
    path.write_bytes(overflowing(5).to_bytes())
    actor = around.world.start("actor", mode="eval", lockstep=True, weights=path)
    assert around.exits(actor) == 2
    assert "policy version 5 chose the action" in around.world.log() and "Traceback" not in around.world.log()
    assert not any(twist(command).any() for command in around.commands)


def test_what_was_made_before_an_action_that_is_not_finite_is_stored(around) -> None:
    around.publish_weights(weights(1))
    around.on_state = lambda: around.time > 0.55 and around.publish_weights(overflowing(2))
    actor = around.world.start("actor", mode="train", lockstep=True)
    assert around.exits(actor) == 2
    assert "policy version 2 chose the action" in around.world.log()
    (rows,) = around.stored
    assert len(rows) >= 5 and set(rows.policy_version.tolist()) == {1}
    around.world.until(lambda: "policy version 2 chose" in around.statuses[-1].message)
    assert around.statuses[-1].acted == around.statuses[-1].acknowledged == len(rows)


def test_a_stop_that_the_arm_does_not_confirm_holds_until_it_does(around, tmp_path: Path) -> None:
    world = around.world
    world.node.destroy_service(around.stop_service)
    world.start("actor", mode="eval", lockstep=True, weights=policy_file(tmp_path))
    world.until(lambda: len(around.commands) > 5)
    around.mark(EpisodeMark.STOP)
    world.until(around.ended)
    begun = len(around.episodes)
    around.arm_status.publish(ArmStatus(stopped=False))
    world.until(lambda: around.statuses and "not confirmed arm/stop" in around.statuses[-1].message)
    assert len(around.episodes) == begun
    world.node.create_service(Trigger, "arm/stop", around._stop)
    world.until(lambda: around.says("the arm is stopped: arm/stop was called"))


def test_a_stop_by_the_operator_stops_the_arm_and_waits_for_resume(around, tmp_path: Path) -> None:
    world = around.world
    actor = world.start("actor", mode="eval", lockstep=True, weights=policy_file(tmp_path))
    world.until(lambda: len(around.commands) > 5)
    around.mark(EpisodeMark.STOP)
    world.until(lambda: around.ended() and around.ended()[-1].outcome == EpisodeStatus.DISCARDED)
    world.until(lambda: around.says("the arm is stopped: arm/stop was called"))
    begun = len(around.episodes)
    around.arm_status.publish(ArmStatus(stopped=False))
    world.until(lambda: len(around.episodes) > begun)
    actor.send_signal(signal.SIGINT)
    assert around.exits(actor) == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "weights can't be read"), (b"rubbish", "not the weights of a policy")],
)
def test_a_bad_file_of_weights_is_named(around, tmp_path: Path, content, sentence: str) -> None:
    path = tmp_path / "policy.safetensors"
    if content is not None:
        path.write_bytes(content)
    actor = around.world.start("actor", mode="eval", weights=path)
    assert around.exits(actor) == 2
    assert sentence in around.world.log() and str(path) in around.world.log()


def test_the_process_that_moves_the_arm_stays_light() -> None:
    code = (
        "import sys, awac_ros.nodes.actor; print(sorted({'torch', 'pybullet', 'h5py', 'gymnasium'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def act_in_real_time(around) -> None:
    """The arm and the learner of an actor that doesn't wait for them."""

    def publish() -> None:
        around.time = round(around.world.node.get_clock().now().nanoseconds / 1e9, 3)
        around.publish()

    around.world.node.create_timer(0.02, publish)
    around.publish_weights(weights(1))


def test_ctrl_c_leaves_the_buffer_time_to_take_what_was_made(around, tmp_path: Path) -> None:
    world = around.world
    act_in_real_time(around)
    around.rejections = 10**6
    actor = world.start("actor", mode="train", state_timeout=2.0, out=tmp_path)
    world.until(lambda: len(around.transitions) > 3 and around.says("the disk is full"))
    around.rejections = 0
    actor.send_signal(signal.SIGINT)
    assert around.exits(actor) == 0
    stored = Transitions.concatenate(around.stored)
    assert stored.step.tolist() == list(range(len(stored)))
    world.until(lambda: around.statuses[-1].message == "interrupted")
    assert around.statuses[-1].acknowledged == around.statuses[-1].acted == len(stored) > 3
    assert count_made(tmp_path, LAYOUT) == len(stored)


def keys(rows: Transitions) -> list[tuple[str, int, int]]:
    return list(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))


def test_an_actor_delivers_what_a_killed_one_could_not(around, tmp_path: Path) -> None:
    world = around.world
    act_in_real_time(around)
    around.rejections = 10**6
    killed = world.start("actor", mode="train", state_timeout=2.0, out=tmp_path)
    world.until(lambda: around.transitions_made() >= 10)
    killed.kill()
    killed.wait()
    made = world.until(lambda: count_made(tmp_path, LAYOUT))
    assert made >= 10 and not around.stored
    around.rejections = 0
    actor = world.start("actor", mode="train", state_timeout=2.0, out=tmp_path, env_steps=made + 5)
    assert around.exits(actor) == 0
    stored = keys(Transitions.concatenate(around.stored))
    first, second = stored[0][0], stored[-1][0]
    assert stored == [(first, 0, step) for step in range(made)] + [(second, 0, step) for step in range(5)]
    assert first != second
    assert count_made(tmp_path, LAYOUT) == made + 5
    world.until(lambda: around.statuses[-1].finished)
    assert (around.statuses[-1].acted, around.statuses[-1].acknowledged, around.statuses[-1].queued) == (5, 5, 0)


def test_what_an_interrupted_actor_could_not_deliver_is_named_and_alone_can_be_all_that_was_asked_for(
    around, tmp_path: Path
) -> None:
    world = around.world
    act_in_real_time(around)
    around.rejections = 10**6
    first = world.start("actor", mode="train", state_timeout=2.0, out=tmp_path)
    world.until(lambda: around.transitions_made() >= 3)
    first.send_signal(signal.SIGINT)
    assert around.exits(first) == 0
    made = count_made(tmp_path, LAYOUT)
    assert f"{made} transitions were not acknowledged" in world.log() and f"they stay in {tmp_path}" in world.log()
    around.rejections = 0
    around.commands.clear()
    second = world.start("actor", mode="train", out=tmp_path, env_steps=made)
    assert around.exits(second) == 0
    assert sum(map(len, around.stored)) == made and not any(twist(command).any() for command in around.commands)


def test_without_a_folder_what_is_not_acknowledged_is_kept_in_a_temporary_one(around, tmp_path: Path) -> None:
    world = around.world
    around.publish_weights(weights(1))
    assert around.exits(world.start("actor", mode="train", lockstep=True, env_steps=3)) == 0
    assert not list(tmp_path.glob("awac_actor_*"))
    around.rejections = 10**6
    killed = world.start("actor", mode="train", lockstep=True, env_steps=3)
    world.until(lambda: around.statuses and around.statuses[-1].queued == 3)
    killed.kill()
    killed.wait()
    (folder,) = tmp_path.glob("awac_actor_*")
    assert count_made(folder, LAYOUT) == 3


def test_at_the_bound_the_episode_is_discarded_and_acting_goes_on_once_the_buffer_is_back(
    around, tmp_path: Path
) -> None:
    world = around.world
    act_in_real_time(around)
    around.rejections = 10**6
    world.start("actor", mode="train", state_timeout=2.0, out=tmp_path, max_queued=10)
    world.until(lambda: around.says("of at most 10 transitions wait for the buffer's acknowledgement"))
    (status,) = world.until(around.ended)
    assert status.outcome == EpisodeStatus.DISCARDED
    world.until(lambda: around.statuses and "10 of at most 10" in around.statuses[-1].message)
    made = around.transitions_made()
    assert made == 10
    around.rejections = 0
    world.until(lambda: around.transitions_made() > made + 3)
    stored = keys(Transitions.concatenate(around.stored))
    assert len(set(stored)) == len(stored) >= 10
