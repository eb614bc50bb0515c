"""A policy that may move the arm only while a person holds a button: real arm, actor and devices, in real time."""

import time
from itertools import pairwise

import numpy as np
import pytest
from sensor_msgs.msg import JointState, Joy
from std_msgs.msg import Bool, Header

from awac_msgs.msg import ActorStatus, ArmStatus
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench.browser import browser, missing, open_page
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import qos
from awac_ros.nodes.arm_config import ArmConfig, check
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.messages import seconds, stamp
from awac_ros.nodes.teleop import Teleop

LEFT_SHOULDER, RIGHT_SHOULDER = 9, 10
DEAD_MAN = 0.5
"""s; on a machine that is busy with other tests."""


class Table:
    """An arm that asks for a hold, and a policy that wants to move it."""

    def __init__(self, world, tmp_path, policy: PolicyWeights) -> None:
        self.world = world
        self.joints = world.hear(JointState, "joint_states", qos.STATE)
        self.held = world.hear(Bool, "arm/held", qos.LATCHED)
        self.statuses = world.hear(ArmStatus, "arm/status", qos.LATCHED)
        actors = world.hear(ActorStatus, "actor/status", qos.LATCHED)
        weights = tmp_path / "policy.safetensors"
        weights.write_bytes(policy.to_bytes())
        world.start("arm", dead_man=DEAD_MAN, command_timeout=2.0)
        world.start("actor", mode="eval", weights=weights, state_timeout=2.0)
        world.until(lambda: self.held and actors and "waiting for the dead-man in episode" in actors[-1].message)
        assert not self.held[-1].data and not self.moves()

    def moves(self) -> bool:
        """Whether a joint turns in one of the next states; a new scene puts them elsewhere at rest."""
        before = len(self.joints)
        self.world.until(lambda: len(self.joints) > before + 20)
        return self._fastest(before) > 0.01

    def is_held(self, held: bool) -> None:
        self.world.until(lambda: self.held[-1].data is held)

    def rests(self) -> None:
        self.world.until(lambda: self._fastest(-1) < 2e-3)
        assert not self.moves()

    def _fastest(self, since: int) -> float:
        """rad/s."""
        return max(abs(speed) for message in self.joints[since:] for speed in message.velocity)


@pytest.fixture
def table(world, tmp_path, to_the_left) -> Table:
    return Table(world, tmp_path, to_the_left(0.15))


@pytest.fixture
def pad(world) -> set[int]:
    """The buttons that are down on a gamepad that speaks 30 times a second."""
    down: set[int] = set()
    joy = world.node.create_publisher(Joy, "joy", 10)
    speak = lambda: joy.publish(Joy(axes=[0.0] * 6, buttons=[int(n in down) for n in range(15)]))  # noqa: E731
    holds = world.hear(Header, "arm/hold", qos.COMMAND)
    world.run(Teleop, device="joy")
    world.until(joy.get_subscription_count)
    world.node.create_timer(0.03, speak)
    # A button counts only once it was seen up.
    again = world.node.create_timer(0.5, lambda: down.symmetric_difference_update({RIGHT_SHOULDER}))
    world.until(lambda: holds)
    world.node.destroy_timer(again)
    down.clear()
    world.until(lambda: not seconds(holds[-1].stamp))
    return down


def test_the_policy_moves_the_arm_only_while_the_gamepads_button_is_held(table: Table, pad: set[int]) -> None:
    world = table.world
    for _ in range(2):
        pad.add(RIGHT_SHOULDER)
        table.is_held(True)
        world.until(table.moves)
        pad.clear()
        table.is_held(False)
        table.rests()
    assert not table.statuses[-1].stopped, "a dead-man let go is no stop"
    at = [seconds(message.header.stamp) for message in table.joints]
    speed = np.array([message.velocity for message in table.joints])
    change = np.abs(np.diff(speed, axis=0)) / np.array([max(b - a, 0.025) for a, b in pairwise(at)])[:, None]
    # The simulated servos overshoot the limits by a quarter; without the limiter it would be twice as much and more.
    assert (change <= 1.5 * np.array(SafetyLimits().joint_acceleration)).all()


def test_the_dead_man_of_driving_is_a_hold_too_and_one_held_through_a_stop_counts_anew(
    table: Table, pad: set[int]
) -> None:
    world = table.world
    pad.add(LEFT_SHOULDER)
    table.is_held(True)
    pad.clear()
    table.is_held(False)
    pad.add(RIGHT_SHOULDER)
    table.is_held(True)
    pad.add(4)  # Back: stop
    world.until(lambda: table.statuses[-1].stopped)
    table.is_held(False)
    pad.remove(4)
    pad.add(11)  # up, long: resume
    world.until(lambda: not table.statuses[-1].stopped)
    assert not table.moves() and not table.held[-1].data
    pad.clear()
    assert not table.moves()
    pad.add(RIGHT_SHOULDER)
    table.is_held(True)


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_the_policy_moves_the_arm_while_the_pages_button_is_held(table: Table) -> None:
    world = table.world
    world.start("console", port=0)
    says = "the operator's page: "
    world.until(lambda: says in world.log())
    with browser() as chromium, open_page(chromium, world.log().split(says)[1].split()[0]) as page:
        button = page.wait_for_selector("#allow:visible")
        page.wait_for_function("document.getElementById('activity').textContent.includes('the arm waits')")
        button.hover()
        page.mouse.down()
        table.is_held(True)
        page.wait_for_function("document.getElementById('allow').textContent.startsWith('Held')")
        world.until(table.moves)
        page.mouse.up()
        table.is_held(False)
        table.rests()
        page.mouse.down()
        table.is_held(True)
    table.is_held(False)


def test_a_hold_of_another_time_does_not_count_and_a_stamp_of_zero_lets_go(table: Table) -> None:
    world = table.world
    holds = world.node.create_publisher(Header, "arm/hold", qos.COMMAND)
    world.until(holds.get_subscription_count)
    for late in (-5.0, 5.0):
        told = f"{'before' if late < 0.0 else 'after'} the arm's clock (at most {DEAD_MAN} s)"

        def refused(late: float = late, told: str = told) -> bool:
            holds.publish(Header(stamp=stamp(time.time() + late)))
            return told in world.log()

        world.until(refused)
    assert len(table.held) == 1 and not table.held[0].data
    holds.publish(Header(stamp=stamp(time.time())))
    table.is_held(True)
    holds.publish(Header())
    table.is_held(False)


def test_silence_is_letting_go(table: Table) -> None:
    holds = table.world.node.create_publisher(Header, "arm/hold", qos.COMMAND)
    table.world.until(holds.get_subscription_count)
    holds.publish(Header(stamp=stamp(time.time())))
    table.is_held(True)
    table.is_held(False)
    table.rests()


def test_a_dead_man_that_nobody_could_hold_is_refused() -> None:
    with pytest.raises(AwacError, match="in lockstep nobody can hold a dead-man"):
        check(ArmConfig(dead_man=0.25, lockstep=True), use_sim_time=False)
    with pytest.raises(AwacError, match="shorter than a hold is said again"):
        check(ArmConfig(dead_man=0.05), use_sim_time=False)
    with pytest.raises(AwacError, match="asks for a person's hold"):
        PUSHING.plan({"mode": "collect", "dead_man": "0.25"})
    arm = next(s for s in PUSHING.plan({"mode": "collect", "teleop": "browser", "dead_man": "0.25"}) if s.name == "arm")
    assert arm.parameters["dead_man"] == 0.25
