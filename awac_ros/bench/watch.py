"""Adversarial commands over a bad line, through the watch that stands before the arm: does silence mean stop?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.arms.kinematics import Kinematics
from awac_ros.bench.adversary import Twists, interfere, spoil
from awac_ros.bench.bad_line import BadLine, Command
from awac_ros.bench.form import Measure, at_most, plain
from awac_ros.bench.lagging_arm import LaggingArm
from awac_ros.nodes.arm_motion import CommandWatch

TIMEOUT = 0.2
"""s without a command after which the arm stops, as the arm node's parameter has it."""
BRAKING = 0.3
"""s in which the arm must be at rest, as in the stops from full speed."""
AT_REST = 1e-3
"""rad/s of every joint."""


@dataclass
class WatchAudit:
    """What was seen of the watch; it judges by stamps, times and velocities, and knows nothing of how the watch does.

    Times in s.
    """

    silences: int = 0
    """Stops because no command came."""
    misdated: int = 0
    """Stops because a command was of another time."""
    unheeded: int = 0
    """Commands of another time, of motion or to an arm that was driven, after which it was not stopped."""
    changed: int = 0
    """Reasons of a stop that changed before somebody resumed."""
    moved: int = 0
    """Periods in which a stopped arm left its rest."""
    longest_stop: float = 0.0
    """From a stop to rest."""
    longest_alone: float = 0.0
    """Of moving after the last command that could be followed."""

    def measures(self) -> list[Measure]:
        """The figures and what is asked of them."""
        return [
            plain("watch: stops by silence", self.silences, "stops"),
            plain("watch: stops by a stamp of another time", self.misdated, "stops"),
            at_most("watch: stamps of another time, about motion, that stopped nothing", self.unheeded, "commands", 0),
            at_most("watch: reasons of a stop that changed before a resume", self.changed, "stops", 0),
            at_most("watch: periods in which a stopped arm left its rest", self.moved, "periods", 0),
            at_most("watch: from a stop to rest, longest", 1e3 * self.longest_stop, "ms", 1e3 * BRAKING),
            at_most(
                "watch: moving after the last command, longest",
                1e3 * self.longest_alone,
                "ms",
                1e3 * (TIMEOUT + BRAKING),
            ),
        ]


def drive(
    arm: LaggingArm, twists: Twists, kinematics: Kinematics, periods: int, rng: np.random.Generator, audit: WatchAudit
) -> None:
    """So many periods of the arm node: what is delivered is taken, then the arm follows."""
    watch, line = CommandWatch(arm, TIMEOUT), BadLine(rng)
    reason, stopped, rested = None, 0.0, False
    last_word, resumed, driven = -np.inf, 0.0, False
    for period in range(periods):
        now = period * arm.inner_period
        state = arm.state()
        twist = spoil(twists(state.p_base_tip, kinematics.tip_jacobian(state.joint_position)[2]), rng)
        interfere(arm, rng)
        if reason is not None and arm.stop_reason is None:
            watch.halt(now)  # as the node does at arm/resume
            reason, resumed = None, now
        for command in line.deliver(twist, now):
            if _take(watch, arm, command, now, driven, audit) and command.stamp >= resumed:
                last_word, driven = now, bool(command.v_base_tip.any())
        free = arm.stop_reason is None
        watch.follow(now)
        audit.silences += free and str(arm.stop_reason).startswith("no command")
        moves = bool(np.abs(arm.sent[-1]).max() > AT_REST)
        if moves:
            audit.longest_alone = max(audit.longest_alone, now - last_word)
        if arm.stop_reason is None:
            continue
        driven = False
        if reason is None:
            reason, stopped, rested = arm.stop_reason, now, False
        audit.changed += arm.stop_reason != reason
        audit.moved += moves and rested
        rested |= not moves
        if not rested:
            audit.longest_stop = max(audit.longest_stop, now - stopped)


def _take(watch: CommandWatch, arm: LaggingArm, command: Command, now: float, driven: bool, audit: WatchAudit) -> bool:
    """Whether the command, of the arm's own time, found it free to move."""
    free, age = arm.stop_reason is None, now - command.stamp
    watch.command(command.v_base_tip, age, now)
    if abs(age) <= TIMEOUT:
        return free
    audit.misdated += free
    audit.unheeded += arm.stop_reason is None and (driven or bool(command.v_base_tip.any()))
    return False
