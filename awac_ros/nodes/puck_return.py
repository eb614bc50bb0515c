"""Between two episodes: the actor pushes the puck to where the next one starts, or asks a person to put it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from awac_ros.nodes.observer import Moment
from awac_ros.nodes.pacing import Pacing, StateLost
from awac_ros.tasks import ArmTask
from awac_ros.tasks.push_back import ASKS, PushBack

_ANY_STATE = 0.0
"""s: no scene was set that a state would have to be younger than."""


@dataclass(frozen=True)
class Surroundings:
    """What the actor's loop does for it."""

    drives: Callable[[Moment], np.ndarray | None]
    """The twist (6,) of a person who holds the dead-man, or None."""
    may_move: Callable[[], str | None]
    """One sentence while the arm must not move, or None."""
    held: Callable[[], bool]
    """Whether a person's hold lets the arm move; always, where it asks for none."""
    await_arm: Callable[[], None]
    """Returns once the arm may move."""
    ask: Callable[[str], None]
    """Asks the operator for what the sentence says; returns once START was said."""
    poll: Callable[[str], None]
    """Called once a period with what is done now."""


class PuckReturn:
    """Drives a PushBack at the actor's pace; a person who holds the dead-man drives instead."""

    def __init__(self, task: ArmTask, around: Surroundings) -> None:
        self._task = task
        self._around = around

    def run(self, pacing: Pacing, p_base_puck: np.ndarray) -> None:
        """Return once the puck is at its place (3,) m; after the operator's START it is pushed anew, if need be."""
        back = PushBack(self._task, p_base_puck)
        pacing.begin(_ANY_STATE)
        while not back.done:
            try:
                self._live_one_period(pacing, back)
            except StateLost:
                pacing.halt()
                back.interrupt()
                self._around.await_arm()
                pacing.begin(_ANY_STATE)
            if back.trouble is not None:
                pacing.halt()
                x, y = p_base_puck[:2]
                self._around.ask(f"{ASKS} near ({x:.2f}, {y:.2f}) by hand, then say START: {back.trouble}")
                back = PushBack(self._task, p_base_puck)
        pacing.halt()

    def _live_one_period(self, pacing: Pacing, back: PushBack) -> None:
        moment = pacing.next()
        if refusal := self._around.may_move():
            raise StateLost(refusal)
        if not self._around.held():
            doing, v_base_tip = "waiting for the dead-man to push the puck back", np.zeros(6)
        elif (by_person := self._around.drives(moment)) is not None:
            doing = "a person drives; the puck is pushed back afterwards"
            v_base_tip = self._task.twist(self._task.action(by_person), moment.world)
            back.interrupt()
        else:
            doing, v_base_tip = "pushing the puck to where the next episode starts", back.twist(moment.world)
        pacing.command(v_base_tip)
        self._around.poll(doing)
