"""A person takes over from a policy on the simulated arm: real arm and actor, in real time, on real topics."""

import time
from dataclasses import dataclass

import numpy as np
import pytest
from geometry_msgs.msg import TwistStamped
from sensor_msgs.msg import JointState, Joy

from awac_msgs.msg import EpisodeStatus
from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_msgs.srv import AppendTransitions
from awac_ros.arms.limiter import SafetyLimits
from awac_ros.data import Transitions
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import qos
from awac_ros.nodes.messages import seconds, stamp, transitions_from_message, twist, weights_message
from awac_ros.nodes.teleop import Teleop
from awac_ros.resources import resource
from awac_ros.tasks import Pushing, WorldState

TASK = Pushing()
SHOULDER = 9
INNER_PERIOD = 0.025
DOWN = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass
class Command:
    at: float
    """s, monotonic."""
    v_base_tip: np.ndarray


class Intervention:
    """Learner and buffer played by the test, and a gamepad whose mapping is faster than the policy can be."""

    def __init__(self, world, tmp_path, policy: PolicyWeights) -> None:
        self.world, node = world, world.node
        self.stored: list[Transitions] = []
        self.joints = world.hear(JointState, "joint_states", qos.STATE)
        self.transitions = world.hear(TransitionsMessage, "transitions", qos.KEPT)
        self.episodes = world.hear(EpisodeStatus, "episode/status", qos.EPISODES)
        self.commands: list[Command] = []
        node.create_subscription(TwistStamped, "arm/command", self._take, qos.COMMAND)
        node.create_service(AppendTransitions, "buffer/append", self._append)
        weights = node.create_publisher(PolicyWeightsMessage, "policy/weights", qos.LATCHED)
        weights.publish(weights_message(policy, stamp(0.0)))
        mapping = tmp_path / "fast.yaml"
        mapping.write_text(resource("config/teleop_gamepad.yaml").read_text().replace("speed: 0.2 ", "speed: 0.5 ", 1))
        world.start("arm", command_timeout=2.0)
        world.start("actor", mode="train", seed=1, state_timeout=2.0, teleop_timeout=1.0)
        world.run(Teleop, device="joy", mapping=mapping)
        self.axes, self.down = [0.0] * 6, set()
        self._joy = node.create_publisher(Joy, "joy", 10)
        node.create_timer(0.03, self._publish)

    def rows(self) -> Transitions:
        return Transitions.concatenate(transitions_from_message(m, TASK.layout) for m in self.transitions)

    def steps_by(self, person: bool) -> int:
        return int((self.rows().intervened == person).sum()) if self.transitions else 0

    def _publish(self) -> None:
        self._joy.publish(Joy(axes=self.axes, buttons=[int(number in self.down) for number in range(15)]))

    def _take(self, message: TwistStamped) -> None:
        at = seconds(message.header.stamp) - time.time() + time.monotonic()
        self.commands.append(Command(at, twist(message)))

    def _append(self, request: AppendTransitions.Request, reply: AppendTransitions.Response):
        self.stored.append(transitions_from_message(request.transitions, TASK.layout))
        reply.success, reply.total = True, sum(map(len, self.stored))
        return reply


@pytest.fixture
def intervention(world, tmp_path, to_the_left) -> Intervention:
    return Intervention(world, tmp_path, to_the_left(0.5))


def test_a_person_takes_over_at_once_and_gives_back_and_what_is_stored_is_what_was_executed(intervention) -> None:
    it, world = intervention, intervention.world
    world.until(lambda: it.steps_by(person=False) >= 5)
    it.axes, it.down = [0.25, -1.0, 0.0, 1.0, 0.0, 0.0], {SHOULDER}
    world.until(lambda: it.steps_by(person=True) >= 6)
    it.down = set()
    by_policy = it.steps_by(person=False)
    world.until(lambda: it.steps_by(person=False) >= by_policy + 6)
    world.until(lambda: sum(map(len, it.stored)) >= len(it.rows()) - 2)

    rows = Transitions.concatenate(it.stored)
    assert set(rows.episode.tolist()) == {0} and rows.step.tolist() == list(range(len(rows)))
    taken = np.flatnonzero(rows.intervened)
    assert taken[0] > 0 and taken[-1] < len(rows) - 1, "the policy acted before and after"
    stretches = 1 + int((np.diff(taken) > 1).sum())
    assert set(rows.policy_version[rows.intervened].tolist()) == {-1}
    assert set(rows.policy_version[~rows.intervened].tolist()) == {7}

    moved = rows.action[taken][rows.action[taken].any(axis=1)]
    np.testing.assert_allclose(moved, np.tile([-1.0, 0.0833 / 0.2], (len(moved), 1)), atol=0.01)
    assert len(taken) - len(moved) <= stretches, "letting go costs the policy at most the step in which it happens"
    assert (rows.action[~rows.intervened][:, 1] > 0.3).all()

    for row in range(len(rows)):
        after = [c for c in it.commands if c.at > rows.step_time[row]]
        executed = after[0].v_base_tip
        p_base_tip = np.append(rows.observation[row, :2], 0.06)
        replayed = TASK.twist(rows.action[row], WorldState(p_base_tip, DOWN, np.zeros(3)))
        np.testing.assert_allclose(executed[:2], replayed[:2], atol=1e-6)
        assert np.abs(executed[2]) < 0.02, "the pushing height is the task's, whatever the person's stick says"
        np.testing.assert_allclose(TASK.action(executed), rows.action[row], atol=1e-5)


def test_no_handover_makes_the_arm_jump(intervention) -> None:
    it, world = intervention, intervention.world
    world.until(lambda: it.joints)
    world.until(lambda: it.steps_by(person=False) >= 3)
    for _ in range(2):
        it.axes, it.down = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0], {SHOULDER}
        by_person = it.steps_by(person=True)
        world.until(lambda by_person=by_person: it.steps_by(person=True) >= by_person + 3)
        it.axes = [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        world.until(lambda by_person=by_person: it.steps_by(person=True) >= by_person + 6)
        it.down = set()
        by_policy = it.steps_by(person=False)
        world.until(lambda by_policy=by_policy: it.steps_by(person=False) >= by_policy + 3)
    fastest = [max(map(abs, message.velocity)) for message in it.joints]
    assert max(fastest, default=0.0) > 0.02, f"{len(fastest)} states of the joints came, {len(it.commands)} commands"
    began = next(n for n, speed in enumerate(fastest) if speed > 0.02)
    at = np.array([seconds(message.header.stamp) for message in it.joints[began:]])
    velocity = np.array([message.velocity for message in it.joints[began:]])
    periods = np.maximum(np.rint(np.diff(at) / INNER_PERIOD), 1.0)
    acceleration = np.abs(np.diff(velocity, axis=0)) / (periods * INNER_PERIOD)[:, None]
    assert np.abs(velocity).max() > 0.2, "it moved"
    # Without the limiter it would be 24 rad/s^2 and more; the simulated servos overshoot its limits by a quarter.
    assert (acceleration <= 1.5 * np.array(SafetyLimits().joint_acceleration)).all(), acceleration.max(axis=0)
