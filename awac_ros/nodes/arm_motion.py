"""When the arm may move: commands judged by their stamp and their age, and motions of its own. It knows no ROS."""

from __future__ import annotations

import numpy as np

from awac_ros.arms import Arm
from awac_ros.arms.reach import Reach
from awac_ros.errors import AwacError

BESIDE_PUCK = 0.075
"""m between the centres of tip and puck that lets the tip come down beside the puck."""
TOO_NEAR = 0.06
"""m between them: with a puck so near to where the tip is to come down, the tip goes up again and elsewhere."""


class CommandWatch:
    """Holds the newest command in real time; silence during motion stops the arm."""

    def __init__(self, arm: Arm, timeout: float, speed: float = 1.0) -> None:
        """`timeout` in s of the arm's clock, which runs at `speed` times the monotonic one."""
        self._arm = arm
        self._timeout = timeout
        self._speed = speed
        self._twist = np.zeros(6)
        self._received = 0.0
        self._halted = 0.0

    def command(self, v_base_tip: np.ndarray, age: float, now: float) -> None:
        """A twist (6,), come at `now` (monotonic s), stamped `age` s before the arm's clock; a stale one stops it.

        Stillness that comes late to an arm at rest changes nothing: on a busy machine a person would have to resume
        for no reason. One stamped before the last halt is ignored: whoever sent it did not know of it.
        """
        if abs(age) > self._timeout:
            if v_base_tip.any() or self._twist.any():
                self.halt(now)
                self._arm.stop(self._misdated(age))
        elif self._arm.stop_reason is None and now - age / self._speed >= self._halted:
            self._twist, self._received = v_base_tip, now

    def halt(self, now: float) -> None:
        """Forget the command: nothing is followed until one that is stamped after `now` (monotonic s)."""
        self._twist = np.zeros(6)
        self._halted = now

    def follow(self, now: float) -> None:
        """One inner period of the arm."""
        if self._twist.any() and (now - self._received) * self._speed > self._timeout:
            self.halt(now)
            self._arm.stop(f"no command for {self._timeout} s while moving; check the actor, then call arm/resume")
        self._arm.follow(self._twist)

    def _misdated(self, age: float) -> str:
        return (
            f"a command is stamped {abs(age):.2f} s {'before' if age > 0 else 'after'} the arm's clock "
            f"(at most {self._timeout} s): give actor and arm the same use_sim_time, and synchronise their machines"
        )


class OwnMotion:
    """A motion of the arm's own: to its neutral pose or to where an episode starts. Commands wait meanwhile."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._reach: Reach | None = None
        self._goal: tuple[float, ...] | None = None
        self._end = np.zeros(3)
        self._arrived_at: tuple[float, ...] | None = None
        self.failure: str | None = None
        """Why the newest motion was given up; None where it was not."""
        self.progress = 0.0
        """Of the newest motion: from 0 to 1; -1 where it was given up."""

    @property
    def way(self) -> Reach | None:
        """What is under way."""
        return self._reach

    def go(self, reach: Reach) -> None:
        """Begin; what was under way is given up. AwacError while the arm is stopped."""
        if self._arm.stop_reason is not None:
            raise AwacError(f"the arm is stopped ({self._arm.stop_reason}); call arm/resume first")
        self._reach, self._goal, self.failure, self.progress = reach, None, None, 0.0

    def scene(self, p_base_tip: np.ndarray, p_base_puck: np.ndarray) -> bool:
        """Whether the tip is where an episode starts; asked again and again, it goes there once.

        The puck stays where it is seen, (3,) m; above it, the tip comes down beside it, also where a person puts it
        there meanwhile. AwacError where the way is given up.
        """
        goal = tuple(p_base_tip.tolist())
        if self._arrived_at == goal:
            self._arrived_at = None
            return True
        if self._goal == goal:
            if self._reach is None and self.failure is not None:
                self._goal, failure = None, self.failure
                raise AwacError(failure)
            if np.linalg.norm(self._end[:2] - p_base_puck[:2]) > TOO_NEAR:
                return False
        if self._arm.stop_reason is None:
            self._arrived_at = None
            self._end = _beside(p_base_tip, p_base_puck)
            self.go(Reach(self._arm.state(), self._end))
            self._goal = goal
        return False

    def cancel(self, why: str) -> bool:
        """Give the motion up, the arm comes to rest; whether there was one."""
        if self._reach is None:
            return False
        self._reach, self.failure, self.progress = None, why, -1.0
        return True

    def interrupt(self, why: str) -> None:
        """Give the motion up for now: to a scene that is asked for again it goes anew."""
        self.cancel(why)
        self._goal = None

    def step(self) -> bool:
        """One inner period; whether there was a motion. A stop interrupts it, a dead-man let go holds it up."""
        if self._reach is None:
            return False
        state = self._arm.state()
        if (reason := self._arm.stop_reason) is not None:
            self.interrupt(f"the arm is stopped: {reason}")
            return False
        if not self._arm.held:
            self._reach.wait(state)
            self._arm.follow(np.zeros(6))
            return True
        if self._reach.stuck(state):
            self.cancel("the arm comes no nearer to its goal; lead it there by its cuff, then try again")
            return False
        self._arm.follow(self._reach.twist(state))
        self.progress = self._reach.progress
        if self._reach.arrived:
            self._reach, self._arrived_at, self._goal = None, self._goal, None
        return True


def _beside(p_base_tip: np.ndarray, p_base_puck: np.ndarray) -> np.ndarray:
    """The point (3,) itself, or, where the puck lies there, the nearest one beside it."""
    away = p_base_tip[:2] - p_base_puck[:2]
    distance = float(np.linalg.norm(away))
    if distance >= BESIDE_PUCK:
        return p_base_tip
    # Towards the arm where tip and puck coincide: that is always within reach.
    direction = away / distance if distance > 1e-6 else np.array([-1.0, 0.0])
    return np.append(p_base_puck[:2] + BESIDE_PUCK * direction, p_base_tip[2])
