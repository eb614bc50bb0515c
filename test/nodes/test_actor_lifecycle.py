"""The actor configured, activated, deactivated and cleaned up from outside, in its own process and in real time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import TwistStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from sensor_msgs.msg import JointState

from awac_msgs.msg import ActorStatus, ArmStatus, EpisodeMark, EpisodeStatus
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_ros.data import Transitions
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import qos
from awac_ros.nodes.actor_config import ActorConfig, check
from awac_ros.nodes.messages import twist
from awac_ros.nodes.outbox import count_made
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout
CONFIGURE, CLEANUP = Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP
ACTIVATE, DEACTIVATE = Transition.TRANSITION_ACTIVATE, Transition.TRANSITION_DEACTIVATE
AT_REST = 1e-3
"""rad/s"""


@pytest.fixture
def weights(to_the_left) -> PolicyWeights:
    """A policy that always drives the same way, slowly."""
    return to_the_left(0.1)


@pytest.fixture
def policy(tmp_path: Path, weights: PolicyWeights) -> Path:
    path = tmp_path / "policy.safetensors"
    path.write_bytes(weights.to_bytes())
    return path


@pytest.fixture
def change(world) -> Callable[[int], bool]:
    """change(transition): whether the actor made it."""

    def make(transition: int) -> bool:
        request = ChangeState.Request(transition=Transition(id=transition))
        return world.call(ChangeState, "actor/change_state", request).success

    return make


@pytest.fixture
def state(world) -> Callable[[], str]:
    return lambda: world.call(GetState, "actor/get_state", GetState.Request()).current_state.label


def show_the_arm(around) -> None:
    """The states of an arm that doesn't wait for the actor."""

    def publish() -> None:
        around.time = round(around.world.node.get_clock().now().nanoseconds / 1e9, 3)
        around.publish()

    around.world.node.create_timer(0.02, publish)


def keys(rows: Transitions) -> list[tuple[str, int, int]]:
    return list(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))


def test_deactivated_in_an_episode_it_leaves_the_arm_at_rest_and_all_in_the_store_and_it_goes_on_once_activated(
    world, policy, change, state, tmp_path: Path
) -> None:
    joints = world.hear(JointState, "joint_states", qos.STATE)
    arm = world.hear(ArmStatus, "arm/status", qos.LATCHED)
    commands = world.hear(TwistStamped, "arm/command", qos.COMMAND)
    made = world.hear(TransitionsMessage, "transitions", qos.KEPT)
    episodes = world.hear(EpisodeStatus, "episode/status", qos.EPISODES)
    statuses = world.hear(ActorStatus, "actor/status", qos.LATCHED)

    def stored() -> Transitions:
        """Once the actor says that all it made is there."""
        world.until(lambda: statuses[-1].message == "the actor is not active; activate it")
        world.until(lambda: statuses[-1].acknowledged == statuses[-1].acted == sum(message.count for message in made))
        with TransitionStore(tmp_path / "store.sqlite", LAYOUT, read_only=True) as store:
            return store.since(0, store.total)[0]

    world.start("arm", command_timeout=2.0)
    world.start("buffer", store=tmp_path / "store.sqlite")
    world.start("actor", mode="train", weights=policy, state_timeout=2.0, out=tmp_path)
    world.until(lambda: sum(message.count for message in made) > 5)
    assert np.abs(joints[-1].velocity).max() > AT_REST
    assert change(DEACTIVATE) and state() == "inactive"
    world.until(lambda: episodes[-1].state == EpisodeStatus.ENDED)
    assert episodes[-1].outcome == EpisodeStatus.DISCARDED
    world.until(lambda: np.abs(joints[-1].velocity).max() < AT_REST)
    assert not arm[-1].stopped
    rows = stored()
    assert rows.step.tolist() == list(range(len(rows))) and len(rows) == episodes[-1].steps > 5
    assert np.flatnonzero(rows.truncated).tolist() == [len(rows) - 1]
    at_rest = (len(commands), len(episodes), len(joints))
    world.until(lambda: len(joints) > at_rest[2] + 100)
    assert (len(commands), len(episodes)) == at_rest[:2] and not twist(commands[-1]).any()

    assert change(ACTIVATE) and state() == "active"
    world.until(lambda: sum(message.count for message in made) > len(rows) + 5)
    assert np.abs(joints[-1].velocity).max() > AT_REST
    assert change(DEACTIVATE)
    world.until(lambda: episodes[-1].state == EpisodeStatus.ENDED)
    after = stored()
    assert keys(after)[: len(rows)] == keys(rows)
    assert keys(after)[len(rows) :] == [(rows.actor_id[0], 1, step) for step in range(len(after) - len(rows))]
    assert world.processes[-1].poll() is None


def test_a_policy_of_another_layout_is_refused_in_one_sentence_and_the_next_try_can_be_better(
    around, policy, weights, change, state
) -> None:
    world = around.world
    show_the_arm(around)
    policy.write_bytes(replace(weights, layout_hash="0" * 16).to_bytes())
    world.start("actor", mode="eval", weights=policy, state_timeout=2.0, autostart=False)
    assert state() == "unconfigured"
    assert not change(CONFIGURE) and state() == "unconfigured"
    (sentence,) = [line for line in world.log().splitlines() if "[ERROR]" in line]
    assert str(policy) in sentence and "layout" in sentence and "Traceback" not in world.log()
    assert not change(ACTIVATE)
    policy.write_bytes(weights.to_bytes())
    assert change(CONFIGURE)
    world.until(lambda: around.statuses and around.statuses[-1].policy_version == 7)
    assert not around.commands and not around.episodes
    assert change(ACTIVATE)
    world.until(lambda: any(twist(command).any() for command in around.commands))


def test_what_a_cleaned_up_actor_could_not_deliver_stays_in_its_folder_until_it_is_configured_again(
    around, policy, change, tmp_path: Path
) -> None:
    world = around.world
    show_the_arm(around)
    around.rejections = 10**6
    world.start("actor", mode="train", weights=policy, state_timeout=2.0, out=tmp_path)
    world.until(lambda: around.transitions_made() >= 3)
    assert change(DEACTIVATE) and change(CLEANUP)
    world.until(lambda: f"they stay in {tmp_path}" in world.log())
    world.until(lambda: not world.node.count_publishers("actor/status"))
    made = around.rows()
    assert around.ended() and made.truncated[-1] and count_made(tmp_path, LAYOUT) == len(made)
    around.rejections = 0
    assert change(CONFIGURE)
    world.until(lambda: sum(map(len, around.stored)) == len(made))
    assert keys(Transitions.concatenate(around.stored)) == keys(made)


def test_shut_down_in_an_episode_it_ends_that_first(around, policy, change, tmp_path: Path) -> None:
    world = around.world
    show_the_arm(around)
    actor = world.start("actor", mode="train", weights=policy, state_timeout=2.0, out=tmp_path)
    world.until(lambda: around.transitions_made() >= 3)
    assert change(Transition.TRANSITION_ACTIVE_SHUTDOWN)
    assert around.exits(actor) == 0
    (status,) = world.until(around.ended)
    rows = Transitions.concatenate(around.stored)
    assert rows.truncated[-1] and len(rows) == status.steps == count_made(tmp_path, LAYOUT)
    assert not twist(around.commands[-1]).any()


def test_a_stop_by_the_operator_is_passed_on_also_while_it_is_not_active(around, policy, change) -> None:
    world = around.world
    world.start("actor", mode="eval", weights=policy, autostart=False)
    assert change(CONFIGURE)
    world.until(lambda: around.marks.get_subscription_count())
    around.mark(EpisodeMark.STOP)
    world.until(lambda: around.says("the arm is stopped: arm/stop was called"))
    assert not around.commands


def test_in_lockstep_it_starts_by_itself_or_not_at_all() -> None:
    with pytest.raises(AwacError, match="leave out lockstep or autostart"):
        check(ActorConfig(lockstep=True, autostart=False))
