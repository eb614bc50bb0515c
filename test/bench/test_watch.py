"""A watch that sleeps is found out: what the bench asks of the real one means something."""

import numpy as np
import pytest

from awac_ros.arms.kinematics import Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.bench import bad_line, watch
from awac_ros.bench.adversary import straight
from awac_ros.bench.bad_line import FAR, BadLine, Command
from awac_ros.bench.lagging_arm import LaggingArm
from awac_ros.bench.watch import WatchAudit
from awac_ros.nodes.arm_motion import CommandWatch

KINEMATICS = Kinematics()
START = np.array([0.6, 0.0, 0.2])


@pytest.fixture(autouse=True)
def _often(monkeypatch) -> None:
    monkeypatch.setattr(bad_line, "CHANCE", 0.02)


def failures() -> set[str]:
    """The measures that don't hold, over some episodes of the adversary."""
    audit = WatchAudit()
    for episode in range(5):
        rng = np.random.default_rng(episode)
        arm = LaggingArm(KINEMATICS, SafetyLimits(), START, 0.01, 0.02)
        watch.drive(arm, straight(rng), KINEMATICS, 200, rng, audit)
    return {measure.name.removeprefix("watch: ") for measure in audit.measures() if not measure.holds}


class Trusting(CommandWatch):
    """Believes every stamp."""

    def command(self, v_base_tip: np.ndarray, age: float, now: float) -> None:
        super().command(v_base_tip, 0.0, now)


class Patient(CommandWatch):
    """Waits for the next command for ever."""

    def follow(self, now: float) -> None:
        self._received = now
        super().follow(now)


def test_the_real_watch_lets_nothing_through() -> None:
    assert failures() == set()


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Trusting, "stamps of another time, about motion, that stopped nothing"),
        (Patient, "moving after the last command, longest"),
    ],
)
def test_a_watch_that_sleeps_is_found_out(monkeypatch, kind: type, found: str) -> None:
    monkeypatch.setattr(watch, "CommandWatch", kind)
    assert found in failures()


def test_the_bad_line_is_silent_and_speaks_late_early_twice_and_all_at_once() -> None:
    line = BadLine(np.random.default_rng(0))
    delivered = [line.deliver(np.full(6, float(period)), 0.01 * period) for period in range(20_000)]
    at = [(command, 0.01 * period) for period, commands in enumerate(delivered) for command in commands]
    ages = np.array([now - command.stamp for command, now in at])
    assert -FAR < ages.min() < -0.2 and ages.max() > 0.2
    assert [] in delivered and max(map(len, delivered)) > 30
    assert max(_run(delivered)) > 10, "one command, again and again"


def _run(delivered: list[list[Command]]) -> list[int]:
    """How often in turn the same single command came."""
    runs, before = [0], None
    for commands in delivered:
        same = len(commands) == 1 and commands[0].stamp == before
        runs.append(runs[-1] + 1 if same else 0)
        before = commands[0].stamp if len(commands) == 1 else None
    return runs
