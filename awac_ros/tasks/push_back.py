"""Pushing the puck back to where an episode starts: up, across, down behind it, and slowly to its place."""

from __future__ import annotations

import enum

import numpy as np

from awac_ros.tasks.arm_task import ArmTask, WorldState
from awac_ros.tasks.pushing import TIP_HEIGHT

TRAVEL_HEIGHT = 0.15
"""m, of the tip on its way: higher than anything that lies on the table."""
TRAVEL_SPEED = 0.1
"""m/s."""
PUSH_SPEED = 0.1
"""m/s: half of what an episode may; under table friction the puck slides on for a millimetre."""
GAIN = 2.0
"""1/s: how fast a distance is closed."""
BEHIND = 0.08
"""m from the puck's centre to where the tip comes down."""
LOST = 0.02
"""m beyond that at which the tip no longer pushes."""
NEAR = 0.01
"""m of a point of the way."""
GOOD_ENOUGH = 0.02
"""m between the puck and its place."""
CONE = 0.45
"""rad off the line from puck to place at which the tip no longer pushes."""
ATTEMPTS = 4
"""Times that the puck may slip away."""
ASKS = "put the puck"
"""So begins the sentence by which a person is asked to do it by hand."""
PATIENCE = 40
"""Control periods without coming nearer, after which it gives up."""


class Phase(enum.Enum):
    """Where it is."""

    UP = enum.auto()
    ACROSS = enum.auto()
    DOWN = enum.auto()
    PUSH = enum.auto()


class PushBack:
    """One puck to one place; asked for a twist once a control period, it knows time by these.

    It wishes for twists and knows no limits: what the arm does not do, such as leave its workspace, it sees as a way
    that leads nowhere, and gives up.
    """

    def __init__(self, task: ArmTask, p_base_place: np.ndarray) -> None:
        """`p_base_place` (3,) m: where the puck is to be."""
        self._task = task
        self._place = np.array(p_base_place[:2], float)
        self._slips = 0
        self.done = False
        """Whether the puck is there."""
        self.trouble: str | None = None
        """One sentence on why it is given up, or None."""
        self.interrupt()

    def interrupt(self) -> None:
        """The arm was moved by somebody else: begin again with the way up."""
        self._enter(Phase.UP)

    def twist(self, world: WorldState) -> np.ndarray:
        """(6,) [m/s, rad/s] for the next control period; rest once it is done or given up."""
        tip, puck = world.p_base_tip, world.p_base_puck[:2]
        twist = self._task.twist(np.zeros(self._task.layout.action_size), world)
        twist[:3] = 0.0
        missing = self._place - puck
        self.done = float(np.linalg.norm(missing)) < GOOD_ENOUGH
        if self.done or self.trouble is not None:
            return twist
        along = missing / np.linalg.norm(missing)
        self._advance(tip, puck, along)
        if self._phase is Phase.PUSH:
            twist[:3] = self._push(tip, puck, along)
        else:
            twist[:3] = self._towards(self._goal(tip, puck, along) - tip)
        return twist

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._best, self._waited = np.inf, 0

    def _goal(self, tip: np.ndarray, puck: np.ndarray, along: np.ndarray) -> np.ndarray:
        """(3,) m, of the phase: where the tip goes."""
        if self._phase is Phase.UP:
            return np.append(tip[:2], TRAVEL_HEIGHT)
        height = TRAVEL_HEIGHT if self._phase is Phase.ACROSS else TIP_HEIGHT
        return np.append(puck - BEHIND * along, height)

    def _advance(self, tip: np.ndarray, puck: np.ndarray, along: np.ndarray) -> None:
        """Into the next phase where this one is over, or up again where the puck is not where it was."""
        if self._phase is Phase.PUSH:
            left = float(np.linalg.norm(self._place - puck)) + float(np.linalg.norm(tip[:2] - puck))
            if self._has_slipped(tip[:2] - puck, along):
                self._slips += 1
                self._enter(Phase.UP)
        else:
            off = self._goal(tip, puck, along) - tip
            left = float(np.linalg.norm(off))
            if self._phase is Phase.DOWN and float(np.linalg.norm(off[:2])) > 2.0 * NEAR:
                self._enter(Phase.UP)
            elif left < NEAR:
                self._enter(Phase(self._phase.value + 1))
                return
        self._waited = 0 if left < self._best - 1e-3 else self._waited + 1
        self._best = min(self._best, left)
        at, place = (f"({x:.2f}, {y:.2f})" for x, y in (puck, self._place))
        if self._slips > ATTEMPTS:
            self.trouble = f"the puck at {at} slipped away {self._slips} times on its way to {place}"
        elif self._waited > PATIENCE:
            self.trouble = f"the tip can't push the puck at {at} to {place} from where it may go"

    def _has_slipped(self, from_puck: np.ndarray, along: np.ndarray) -> bool:
        aside = along[0] * from_puck[1] - along[1] * from_puck[0]
        off_line = float(np.arctan2(abs(aside), -(from_puck @ along)))
        return off_line > CONE or float(np.linalg.norm(from_puck)) > BEHIND + LOST

    def _push(self, tip: np.ndarray, puck: np.ndarray, along: np.ndarray) -> np.ndarray:
        """(3,) m/s: along the line from the puck to its place, and onto that line."""
        across = np.array([-along[1], along[0]])
        v_xy = PUSH_SPEED * along - GAIN * ((tip[:2] - puck) @ across) * across
        return np.append(v_xy, GAIN * (TIP_HEIGHT - tip[2]))

    def _towards(self, way: np.ndarray) -> np.ndarray:
        """(3,) m/s."""
        length = max(float(np.linalg.norm(way)), 1e-9)
        return way * min(GAIN, TRAVEL_SPEED / length)
