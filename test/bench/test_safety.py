"""A short run of the proof, and that it would find what it looks for."""

import numpy as np

from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.kinematics import NEUTRAL, Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench import safety
from awac_ros.bench.audit import Audit

PERIOD = 0.01
LIMITS = SafetyLimits()


def test_no_adversarial_command_crosses_a_limit(monkeypatch):
    monkeypatch.setattr(safety, "EPISODE", 150)
    measures = {measure.name: measure for measure in safety.measure(1)}
    assert measures["commands"].value >= 18 * 150
    assert (
        measures["watch: stops by silence"].value > 0 and measures["watch: stops by a stamp of another time"].value > 0
    )
    assert measures["watch: from a stop to rest, longest"].value > 0.0
    assert measures["watch: moving after the last command, longest"].value > 200.0
    cost = measures.pop("cost of a command, p99")  # how fast this machine is plays no part here
    assert cost.target == "< 1" and cost.value > 0.0
    assert [name for name, measure in measures.items() if not measure.holds] == []
    assert measures["joint jerk, largest sent, of the limit"].value > 0.5
    assert measures["tip speed, largest, of the limit"].value > 0.9
    assert measures["full speed of these stops, largest"].value > 0.25
    assert measures["stop from full speed, farthest"].value > 0.0


def test_a_puck_wedged_under_the_hand_turns_no_joint_beyond_its_margin(monkeypatch):
    monkeypatch.setattr(safety, "EPISODE", 160)
    arm = BulletArm()
    found = Audit(arm.kinematics, LIMITS.table_height, arm.inner_period)
    safety._drive_bullet(arm, 27, found)
    arm.close()
    assert found.worst["joint margins"] < 0.0
    assert found.worst["tip turning"] > 1.0  # it is pushed


def audit() -> Audit:
    return Audit(Kinematics(), LIMITS.table_height, PERIOD)


def test_the_audit_sees_what_is_sent_too_fast_and_what_is_no_number():
    found, sent = audit(), np.zeros((10, 7))
    sent[4:, 2] = 1.5 * LIMITS.joint_velocity[2]
    sent[9, 0] = np.nan
    found.sent(sent[:9], LIMITS)
    assert found.worst["joint velocity"] > 1.49
    assert found.worst["joint acceleration"] > 1.0 and found.worst["joint jerk"] > 1.0
    assert found.not_finite == 0
    found.sent(sent, LIMITS)
    assert found.not_finite == 1


def test_the_audit_sees_the_table_the_faces_the_margins_and_the_speed():
    kinematics, found = Kinematics(), audit()
    in_the_table = kinematics.inverse(np.array([0.6, 0.0, 0.04]))
    at_the_end = NEUTRAL.copy()
    at_the_end[6] = kinematics.upper[6] - 0.01
    fast = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    found.moved(np.array([in_the_table, at_the_end]), np.array([fast, fast]), LIMITS)
    assert 0.0049 < found.worst["touch"] < 0.0051
    assert 0.0099 < found.worst["clearance"] < 0.0101
    assert found.worst["workspace"] > 0.0099
    assert 0.0399 < found.worst["joint margins"] < 0.0401
    assert found.worst["tip speed"] > 1.5
