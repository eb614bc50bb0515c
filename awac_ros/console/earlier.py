"""What a run's folder already holds of its episodes, for the page's curves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from awac_ros.console.board import KEPT, Ended
from awac_ros.data.store import TransitionStore
from awac_ros.tasks import ArmTask


def earlier_episodes(store: Path, task: ArmTask, made: int) -> list[Ended]:
    """The last KEPT whole episodes among the first `made` transitions of the store.

    A store keeps no marks: success is the task's own judgement of how an episode ended, or that it was terminated.
    AwacError if there is no store of the task.
    """
    begin = max(made - KEPT * task.horizon, 0)
    with TransitionStore(store, task.layout, read_only=True) as opened:
        rows, _ = opened.since(begin, made - begin)
    ends = np.flatnonzero(rows.terminated | rows.truncated)
    ends = ends[ends >= rows.step[ends]][-KEPT:]
    wins = rows.terminated[ends] | task.success(rows.next_observation[ends])
    return [
        Ended(
            int(rows.episode[end]),
            "success" if win else "failure",
            int(rows.step[end]) + 1,
            float(rows.reward[end - rows.step[end] : end + 1].sum()),
            begin + int(end) + 1,
        )
        for end, win in zip(ends, wins, strict=True)
    ]
