import math
import signal
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TwistStamped
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus
from awac_msgs.srv import ResetArm
from awac_ros.nodes import qos
from awac_ros.nodes.messages import pose_message, position, seconds, stamp, twist_message

EAST = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])
STILL = np.zeros(6)


class Arm:
    """The arm node in its own process, seen from the test."""

    def __init__(self, world, **parameters) -> None:
        self.world = world
        self.process = world.start("arm", **parameters)
        self.tips = world.hear(PoseStamped, "tip_pose", qos.STATE)
        self.pucks = world.hear(PoseStamped, "puck_pose", qos.STATE)
        self.joints = world.hear(JointState, "joint_states", qos.STATE)
        self.statuses = world.hear(ArmStatus, "arm/status", qos.LATCHED)
        self.commands = world.node.create_publisher(TwistStamped, "arm/command", qos.COMMAND)
        world.until(lambda: self.commands.get_subscription_count() and self.statuses)

    def reset(self, x: float = 0.6, y: float = 0.0) -> ResetArm.Response:
        zero = stamp(0.0)
        tip, puck = pose_message(zero, (x, y, 0.06)).pose, pose_message(zero, (0.6, 0.1, 0.06)).pose
        return self.world.call(ResetArm, "arm/reset", ResetArm.Request(tip=tip, puck=puck))

    def command(self, v_base_tip: np.ndarray, at: float) -> None:
        self.commands.publish(twist_message(stamp(at), v_base_tip))

    def at(self, time: float) -> np.ndarray:
        """The tip once a whole state of that stamp has come."""

        def whole() -> list[PoseStamped]:
            stamped = [[m for m in heard if seconds(m.header.stamp) == time] for heard in (self.tips, self.pucks)]
            return stamped[0] if all(stamped) else []

        return position(self.world.until(whole)[-1])

    def stopped(self) -> str:
        return self.world.until(lambda: self.statuses[-1].stopped and self.statuses[-1].stop_reason)

    def trigger(self, name: str) -> Trigger.Response:
        return self.world.call(Trigger, name, Trigger.Request())


@pytest.fixture
def lockstep(world) -> Arm:
    return Arm(world, lockstep=True)


def test_in_lockstep_each_command_of_the_newest_stamp_is_one_period(lockstep: Arm) -> None:
    begin = seconds(lockstep.reset().stamp)
    first = lockstep.at(begin)
    for step in range(5):
        lockstep.command(EAST, begin + 0.1 * step)
        tip = lockstep.at(round(begin + 0.1 * (step + 1), 9))
    assert 0.045 < tip[1] - first[1] < 0.055
    assert len(lockstep.joints[-1].name) == len(lockstep.joints[-1].position) == len(lockstep.joints[-1].velocity) == 7


def test_in_lockstep_an_old_stamp_brings_the_same_state_again(lockstep: Arm) -> None:
    begin = seconds(lockstep.reset().stamp)
    lockstep.at(begin)
    lockstep.tips.clear()
    lockstep.command(EAST, begin - 0.05)
    lockstep.world.until(lambda: lockstep.tips)
    assert seconds(lockstep.tips[-1].header.stamp) == begin


def test_one_scene_and_one_row_of_commands_give_one_result(lockstep: Arm) -> None:
    ends = []
    for _ in range(2):
        begin = seconds(lockstep.reset().stamp)
        lockstep.at(begin)
        for step in range(10):
            lockstep.command(EAST, round(begin + 0.1 * step, 9))
            tip = lockstep.at(round(begin + 0.1 * (step + 1), 9))
        ends.append((tip, position(lockstep.pucks[-1])))
    np.testing.assert_array_equal(ends[0], ends[1])


def test_a_command_that_is_not_finite_stops_the_arm_until_it_is_resumed(lockstep: Arm) -> None:
    begin = seconds(lockstep.reset().stamp)
    lockstep.command(np.full(6, math.nan), begin)
    assert "not finite" in lockstep.stopped()
    lockstep.command(EAST, begin)
    held = lockstep.at(round(begin + 0.1, 9))
    lockstep.command(EAST, round(begin + 0.1, 9))
    np.testing.assert_allclose(lockstep.at(round(begin + 0.2, 9)), held, atol=1e-3)
    assert lockstep.trigger("arm/resume").success
    lockstep.world.until(lambda: not lockstep.statuses[-1].stopped)
    lockstep.command(EAST, round(begin + 0.2, 9))
    assert lockstep.at(round(begin + 0.3, 9))[1] > held[1] + 3e-3


def test_a_command_in_another_frame_stops_the_arm(lockstep: Arm) -> None:
    message = twist_message(lockstep.reset().stamp, EAST)
    message.header.frame_id = "camera"
    lockstep.commands.publish(message)
    assert "frame 'camera'" in lockstep.stopped()


def test_the_first_reason_of_a_stop_stays(lockstep: Arm) -> None:
    begin = seconds(lockstep.reset().stamp)
    assert lockstep.trigger("arm/stop").success
    lockstep.command(np.full(6, math.nan), begin)
    assert lockstep.trigger("arm/stop").message == "stopped: arm/stop was called"


def test_a_scene_out_of_reach_is_refused_in_words(lockstep: Arm) -> None:
    answer = lockstep.reset(x=3.0)
    assert not answer.success and answer.message


def test_a_scene_that_is_not_finite_is_refused_in_words(lockstep: Arm) -> None:
    answer = lockstep.reset(y=math.nan)
    assert not answer.success and "not both finite" in answer.message
    assert lockstep.reset().success


def test_in_real_time_a_scene_and_a_resume_wait_for_a_command_of_their_own(world) -> None:
    arm = Arm(world, command_timeout=5.0)
    now = lambda: world.node.get_clock().now().nanoseconds / 1e9  # noqa: E731
    for begin in (arm.reset, lambda: arm.trigger("arm/resume")):
        before = now()
        assert begin().success
        arm.command(EAST, before)
        arm.tips.clear()
        world.until(lambda: len(arm.tips) > 20)
        assert position(arm.tips[-1])[1] == pytest.approx(0.0, abs=1e-3)
    arm.command(EAST, now())
    world.until(lambda: position(arm.tips[-1])[1] > 0.01)


def test_in_real_time_silence_during_motion_stops_the_arm_and_is_reported(world) -> None:
    arm = Arm(world, command_timeout=0.5)
    health = world.hear(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
    arm.command(EAST, world.node.get_clock().now().nanoseconds / 1e9)
    assert "no command for 0.5 s while moving" in arm.stopped()
    world.until(lambda: any(s.level == s.ERROR and "no command" in s.message for m in health for s in m.status))
    arm.process.send_signal(signal.SIGINT)
    assert arm.process.wait(timeout=20) == 0
    assert "Traceback" not in world.log()


def test_in_real_time_an_arm_that_was_held_up_reads_the_newest_command_before_it_judges_silence(world) -> None:
    arm = Arm(world, command_timeout=1.0)
    slow = 0.1 * EAST
    world.node.create_timer(0.05, lambda: arm.command(slow, world.node.get_clock().now().nanoseconds / 1e9))
    begin = position(world.until(lambda: arm.tips)[-1])
    world.until(lambda: position(arm.tips[-1])[1] - begin[1] > 0.005)
    arm.process.send_signal(signal.SIGSTOP)
    woken = time.monotonic() + 1.5
    world.until(lambda: time.monotonic() > woken)
    arm.process.send_signal(signal.SIGCONT)
    arm.tips.clear()
    world.until(lambda: len(arm.tips) > 40)
    assert arm.trigger("arm/stop").message == "stopped: arm/stop was called"


def test_in_real_time_a_command_of_another_clock_stops_the_arm(world) -> None:
    arm = Arm(world)
    arm.command(EAST, 12.0)
    assert "use_sim_time" in arm.stopped()


def test_a_simulated_clock_runs_at_the_speed_asked_for(world) -> None:
    world.start("arm", use_sim_time=True, speed=5.0)
    clocks = world.hear(Clock, "/clock", qos.STATE)
    tips = world.hear(PoseStamped, "tip_pose", qos.STATE)
    world.until(lambda: len(tips) > 20 and len(clocks) > 20)
    times = [seconds(message.clock) for message in clocks]
    assert times == sorted(times) and times[-1] < 1e6
    assert seconds(tips[-1].header.stamp) < 1e6


def test_the_tip_stays_in_the_box_that_the_parameters_say(world) -> None:
    arm = Arm(world, lockstep=True, workspace_low=[0.42, -0.28, 0.05], workspace_high=[0.78, 0.1, 0.4])
    begin = seconds(arm.reset().stamp)
    arm.at(begin)
    for step in range(20):
        arm.command(EAST, round(begin + 0.1 * step, 9))
        tip = arm.at(round(begin + 0.1 * (step + 1), 9))
    assert 0.09 < tip[1] < 0.1


def test_a_box_that_can_not_be_meant_is_refused(world) -> None:
    process = world.start("arm", lockstep=True, workspace_low=[420.0, -280.0, 50.0])
    world.until(lambda: process.poll() is not None)
    assert process.returncode and "correct workspace_low and workspace_high" in world.log()
