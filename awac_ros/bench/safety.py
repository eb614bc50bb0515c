"""Adversarial commands through limiter, kinematics and simulated arms: is any limit violated, and at what cost?"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench.adversary import WAYS, Blindness, interfere, spoil
from awac_ros.bench.audit import Audit
from awac_ros.bench.form import Measure, at_most, below, plain
from awac_ros.bench.lagging_arm import LaggingArm
from awac_ros.bench.lagging_joints import LaggingJoints
from awac_ros.bench.stopping import Stop, stops
from awac_ros.bench.watch import WatchAudit, drive
from awac_ros.runs.narrator import Narrator

LAG = 0.02
"""s: time constant of the joints that are simulated."""
PERIOD = 0.01
"""s between two commands, as on the robot."""
EPISODE = 500
"""Commands from one start."""
BULLET_SHARE = 0.02
"""Of all commands, that go through PyBullet."""
WATCHED_SHARE = 0.1
"""Of all commands, that come over a bad line and through the watch for silence and stamps."""
ROUNDING = 1e-6
"""Of a limit: what rounding may add to it."""
LIMITS = SafetyLimits()
OPENED = replace(LIMITS, workspace_low=(-1.2, -1.2, 0.0), workspace_high=(1.2, 1.2, 1.3))
"""No workspace box: only the clearance keeps the arm from the table and from itself."""
INSIDE = 0.01
"""m: so far inside the workspace's faces every episode starts."""


def measure(commands: int) -> list[Measure]:
    """So many commands, half of them with the workspace opened; a share in PyBullet, and one through the watch."""
    in_bullet = max(1, round(BULLET_SHARE * commands / EPISODE))
    watched = max(len(WAYS), round(WATCHED_SHARE * commands / EPISODE))
    episodes = max(2 * len(WAYS), round(commands / EPISODE) - in_bullet - watched)
    every = episodes + in_bullet + watched
    kinematics, arm = Kinematics(), BulletArm()
    joints = Audit(kinematics, LIMITS.table_height, PERIOD)
    bullet = Audit(kinematics, LIMITS.table_height, arm.inner_period)
    costs, watch = [], WatchAudit()
    with Narrator().bar("Adversarial commands", every) as told:
        for episode in range(episodes):
            limits = OPENED if episode // len(WAYS) % 2 else LIMITS
            costs.append(_drive(kinematics, limits, episode, joints))
            told(episode + 1)
        for episode in range(in_bullet):
            _drive_bullet(arm, episode, bullet)
            told(episodes + episode + 1)
        for episode in range(watched):
            _drive_watched(kinematics, episode, joints, watch)
            told(episodes + in_bullet + episode + 1)
    arm.close()
    return [
        plain("commands", EPISODE * every, "commands"),
        plain("of these in PyBullet", EPISODE * in_bullet, "commands"),
        plain("of these through the watch", EPISODE * watched, "periods"),
        at_most("velocities sent that are not finite", joints.not_finite, "velocities", 0),
        *(
            at_most(f"{name}, largest sent, of the limit", joints.worst[name], "x", 1.0 + ROUNDING)
            for name in ("joint velocity", "joint acceleration", "joint jerk")
        ),
        *_reached(joints),
        *_reached_in_bullet(bullet),
        *watch.measures(),
        *_stopping(stops(kinematics, LIMITS, PERIOD, LAG)),
        *_cost(np.concatenate(costs)),
    ]


def _reached(audit: Audit) -> list[Measure]:
    """Of joints that lag behind what they are sent; a worst overshoot below zero is what was left."""
    worst = audit.worst
    return [
        at_most("tip speed, largest, of the limit", worst["tip speed"], "x", 1.0),
        at_most("tip turning, largest, of the limit", worst["tip turning"], "x", 1.0),
        at_most("workspace, worst overshoot of the tip", 1e3 * worst["workspace"], "mm", 0.0),
        at_most("joint margins, worst overshoot", 1e3 * worst["joint margins"], "mrad", 0.0),
        at_most("clearance, worst overshoot", 1e3 * worst["clearance"], "mm", 0.0),
    ]


def _reached_in_bullet(audit: Audit) -> list[Measure]:
    """Where contacts and the servos' own overshoot add to what is sent."""
    worst = audit.worst
    return [
        plain("PyBullet: tip speed, largest, of the limit", worst["tip speed"], "x"),
        plain("PyBullet: tip turning, largest, of the limit", worst["tip turning"], "x"),
        at_most("PyBullet: workspace, worst overshoot of the tip", 1e3 * worst["workspace"], "mm", 2.0),
        at_most("PyBullet: joint margins, worst overshoot", 1e3 * worst["joint margins"], "mrad", 2.0),
        below("PyBullet: table or arm touched, deepest", 1e3 * worst["touch"], "mm", 0.0),
    ]


def _stopping(measured: list[Stop]) -> list[Measure]:
    return [
        at_most("stop from full speed, longest", 1e3 * max(stop.duration for stop in measured), "ms", 300),
        at_most("stop from full speed, farthest", 1e3 * max(stop.distance for stop in measured), "mm", 50),
        plain("full speed of these stops, largest", max(stop.speed for stop in measured), "m/s"),
        plain("stops from full speed", len(measured), "stops"),
    ]


def _cost(seconds: np.ndarray) -> list[Measure]:
    return [
        below("cost of a command, p99", 1e3 * np.percentile(seconds, 99), "ms", 1.0),
        plain("cost of a command, p50", 1e3 * np.percentile(seconds, 50), "ms"),
        plain("cost of a command, largest", 1e3 * seconds.max(), "ms"),
    ]


def _start(rng: np.random.Generator) -> np.ndarray:
    """(3,) m: anywhere in the workspace."""
    return rng.uniform(np.array(LIMITS.workspace_low) + INSIDE, np.array(LIMITS.workspace_high) - INSIDE)


def _drive(kinematics: Kinematics, limits: SafetyLimits, episode: int, audit: Audit) -> np.ndarray:
    """(EPISODE,) s of processor time that each command took, measurement included."""
    rng = np.random.default_rng(episode)
    command = WAYS[episode % len(WAYS)](rng)
    joints = LaggingJoints(kinematics.inverse(_start(rng)), PERIOD, LAG)
    guard, blindness = Guard(kinematics, PERIOD, limits), Blindness(rng)
    guard.observe(0.0, joints.position, joints.velocity, np.zeros(7))
    costs, sent, position, velocity = np.empty(EPISODE), *np.empty((3, EPISODE, 7))
    for step in range(EPISODE):
        now = step * PERIOD
        p_base_tip, _, jacobian = kinematics.tip_jacobian(joints.position)
        twist = spoil(command(p_base_tip, jacobian), rng)
        interfere(guard, rng)
        start = time.thread_time()
        blindness.observe(guard, now, joints.position, joints.velocity)
        sent[step] = guard.follow(twist, now)
        costs[step] = time.thread_time() - start
        joints.follow(sent[step])
        position[step], velocity[step] = joints.position, joints.velocity
    audit.sent(sent, limits)
    audit.moved(position, velocity, limits)
    return costs


def _drive_bullet(arm: BulletArm, episode: int, audit: Audit) -> None:
    """The same adversary against the simulated world, the puck beside the tip."""
    rng = np.random.default_rng((1, episode))
    command = WAYS[episode % len(WAYS)](rng)
    start = _start(rng)
    arm.reset(start, np.array([start[0], start[1] + 0.1, LIMITS.table_height + 0.015]))
    position, velocity = np.empty((2, EPISODE, 7))
    for step in range(EPISODE):
        state = arm.state()
        interfere(arm, rng)
        arm.follow(spoil(command(state.p_base_tip, arm.kinematics.tip_jacobian(state.joint_position)[2]), rng))
        position[step], velocity[step] = arm.state().joint_position, arm.state().joint_velocity
    audit.moved(position, velocity, LIMITS)


def _drive_watched(kinematics: Kinematics, episode: int, audit: Audit, watch: WatchAudit) -> None:
    """The same adversary over a bad line."""
    rng = np.random.default_rng((2, episode))
    command = WAYS[episode % len(WAYS)](rng)
    arm = LaggingArm(kinematics, LIMITS, _start(rng), PERIOD, LAG)
    drive(arm, command, kinematics, EPISODE, rng, watch)
    audit.sent(np.array(arm.sent), LIMITS)
    audit.moved(np.array(arm.position), np.array(arm.velocity), LIMITS)
