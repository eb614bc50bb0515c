"""What the page tells in words and curves: how the nodes are, where the episode stands, what came of those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from awac_ros.tasks.push_back import ASKS

SILENT_AFTER = 3.0
"""s: a node reports once a second."""
WINDOW = 20
"""Episodes in the moving success rate."""
KEPT = 500
"""Episodes in the curves at most, of this start and of those before."""


@dataclass(frozen=True)
class NodeState:
    """What a node last said of itself."""

    level: str
    """ok, warn or error."""
    message: str
    heard: float
    """s, monotonic."""
    pace: str = ""
    """Rate and overruns, of a node that keeps a period."""


@dataclass(frozen=True)
class Ended:
    """An episode that has ended."""

    number: int
    outcome: str
    """success, failure or discarded."""
    steps: int
    sum_of_rewards: float
    made: int
    """Control steps made by its end, those of earlier starts included."""


@dataclass
class Board:
    """Filled from topics; `state` is the page's few lines, `history` its curves."""

    period: float
    """s of a control step."""
    arm: dict[str, Any] = field(default_factory=dict)
    held: bool | None = None
    """Whether a person's hold lets the arm move; None where it asks for none."""
    actor: dict[str, Any] = field(default_factory=dict)
    learner: dict[str, Any] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)
    nodes: dict[str, NodeState] = field(default_factory=dict)
    earlier: Sequence[Ended] = ()
    """Episodes of earlier starts of this run."""
    ended: list[Ended] = field(default_factory=list)
    made: int = 0
    """Control steps made so far, those of earlier starts included."""
    missed: str | None = None
    """One sentence while a node that was there is gone, or None."""
    cameras: tuple[str, ...] = ()
    """Image topics there are."""
    _number: int = 0
    _state: str = ""
    _since: float = 0.0

    def stand(self, number: int, state: str, now: float) -> None:
        """Episode `number` is waiting, running or ended since `now` (monotonic s)."""
        self._number, self._state, self._since = number, state, now

    def end(self, number: int, outcome: str, steps: int, sum_of_rewards: float) -> None:
        """An episode has ended; see Ended."""
        self.made += steps
        self.ended = [*self.ended[-KEPT + 1 :], Ended(number, outcome, steps, sum_of_rewards, self.made)]

    def state(self, now: float) -> dict[str, Any]:
        """As plain values, at `now` (monotonic s)."""
        counts = {name: sum(one.outcome == name for one in self.ended) for name in ("success", "failure", "discarded")}
        last = self.ended[-1] if self.ended else None
        return {
            "arm": self.arm,
            "held": self.held,
            "actor": self.actor,
            "learner": self.learner,
            "recorded": self.recorded,
            "episode": {"number": self._number, "state": self._state} if self._state else {},
            "activity": self._activity(now),
            "last": None if last is None else asdict(last) | {"seconds": last.steps * self.period},
            "counts": counts,
            "nodes": [self._node(name, state, now) for name, state in sorted(self.nodes.items())],
            "cameras": self.cameras,
        }

    def history(self) -> dict[str, Any]:
        """The curves of this start and of those before it."""
        return {"window": WINDOW, "earlier": _curves(self.earlier), "now": _curves(self.ended)}

    def _activity(self, now: float) -> str:
        """What goes on, or what is the matter and what to do."""
        if self.missed:
            return self.missed
        if self.arm.get("stopped"):
            return "stopped: press Resume when it may move again"
        if self._state == "waiting":
            asked = str(self.actor.get("message", ""))
            return asked if asked.startswith(ASKS) else "ready: press Start"
        if self.held is False:
            return "the arm waits: it moves only while a person holds the button"
        if self._state == "running":
            return f"running for {now - self._since:.0f} s"
        return self.actor.get("message") or "waiting for the actor"

    def _node(self, name: str, state: NodeState, now: float) -> dict[str, str]:
        if (age := now - state.heard) > SILENT_AFTER:
            return {"name": name, "level": "silent", "message": f"not heard for {age:.0f} s"}
        return {"name": name, "level": state.level, "message": ", ".join(filter(None, (state.pace, state.message)))}


def _curves(episodes: Sequence[Ended]) -> dict[str, list[float]]:
    """Of the episodes that count: steps made by then, the success rate over the last WINDOW, and their returns."""
    kept = [one for one in episodes if one.outcome != "discarded"]
    wins = [one.outcome == "success" for one in kept]
    rates = [sum(wins[max(0, i - WINDOW + 1) : i + 1]) / min(i + 1, WINDOW) for i in range(len(wins))]
    return {"made": [one.made for one in kept], "success": rates, "returns": [one.sum_of_rewards for one in kept]}
