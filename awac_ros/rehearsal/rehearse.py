"""`awac rehearse`: every drill on the simulated robot, measured: how long and how far the arm goes on, and the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from awac_ros.bench.form import Measure, at_most
from awac_ros.bench.policy import write_checkpoint
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.rehearsal.drills import DRILLS
from awac_ros.rehearsal.stage import Stage
from awac_ros.rehearsal.stand_in import StandIn

MOST_TIME = 0.5
"""s from the event to rest: the robot's own timeout of 0.2 s, and as much again and a half for braking and delays."""
MOST_DISTANCE = 0.1
"""m that the tip may go on: what MOST_TIME allows at 0.2 m/s."""
_AT_REST = 0.005
"""rad/s."""
_STAYS = 2.0
"""s for which the arm must then stay at rest, whatever is commanded."""


def choose(names: Sequence[str]) -> list[str]:
    """The drills of these names, all without any; AwacError for a name that is none."""
    for name in names:
        if name not in DRILLS:
            raise AwacError(f"there is no drill '{name}'; the drills are: {', '.join(DRILLS)}")
    return list(names) or list(DRILLS)


def measure(names: Sequence[str], tell: Callable[[str], None]) -> list[Measure]:
    """Three figures for each drill; `tell` hears what is being done."""
    measures = []
    with TemporaryDirectory(prefix="awac_rehearse_") as folder:
        write_checkpoint(Path(folder) / "checkpoints")
        weights = checkpoint.newest(Path(folder) / "checkpoints") / "policy.safetensors"
        for number, name in enumerate(choose(names)):
            tell(f"Rehearsing: {name}")
            stage = Path(folder) / str(number)
            stage.mkdir()
            measures += _rehearse(name, stage, weights)
    return measures


def _rehearse(name: str, folder: Path, weights: Path) -> list[Measure]:
    stand_in = StandIn(folder)
    try:
        stand_in.start_agent()
        with Stage(folder, weights, stand_in) as stage:
            stage.until_moving()
            begin = DRILLS[name](stage)
            stage.live(MOST_TIME + _STAYS)
            seconds, distance = after(np.array(stand_in.steer("history", begin - 0.05)), begin)
            lost = stage.lost()
    finally:
        stand_in.close()
    return [
        at_most(f"{name}: event to rest", seconds, "s", MOST_TIME),
        at_most(f"{name}: distance", distance, "m", MOST_DISTANCE),
        at_most(f"{name}: acknowledged transitions lost", lost, "transitions", 0),
    ]


def after(history: np.ndarray, begin: float) -> tuple[float, float]:
    """s from `begin` until the joints are at rest for good, and m that the tip went meanwhile; NaN if they never are.

    history (N, 5): time, s; largest joint speed, rad/s; the tip's position, m.
    """
    rows = history[history[:, 0] >= begin]
    moving = np.flatnonzero(rows[:, 1] > _AT_REST)
    last = moving[-1] if len(moving) else 0
    if rows[-1, 0] - rows[last, 0] < _STAYS / 2.0:
        return float("nan"), float("nan")
    way = np.linalg.norm(np.diff(rows[: last + 2, 2:], axis=0), axis=1)
    return float(rows[last, 0] - begin) if len(moving) else 0.0, float(way.sum())
