from pathlib import Path

import numpy as np
import pytest

from awac_ros.console.board import KEPT, Ended
from awac_ros.console.earlier import earlier_episodes
from awac_ros.data import EpisodeBuilder, Outcome, Transitions
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.tasks import Pushing

TASK = Pushing()
AT_THE_GOAL, ELSEWHERE = np.zeros(8), np.array([0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
"""Puck and goal for the puck lie in one place, and half a metre apart."""


def episode(number: int, steps: int, end: np.ndarray, terminated: bool = False) -> Transitions:
    builder = EpisodeBuilder("a" * 32, number)
    for step in range(steps):
        last = step == steps - 1
        builder.add(
            ELSEWHERE,
            np.zeros(2),
            -1.0,
            end if last else ELSEWHERE,
            terminated=last and terminated,
            truncated=last and not terminated,
            step_time=0.1 * step,
        )
    return builder.finish(Outcome.FAILURE).transitions


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def fill(store: Path, *parts: Transitions) -> None:
    with TransitionStore(store, TASK.layout) as opened:
        opened.append(Transitions.concatenate(parts))


def test_the_task_judges_the_episodes_of_earlier_starts_and_a_persons_end_counts(store: Path) -> None:
    fill(store, episode(0, 3, ELSEWHERE), episode(1, 2, AT_THE_GOAL), episode(2, 4, ELSEWHERE, terminated=True))
    assert earlier_episodes(store, TASK, 9) == [
        Ended(0, "failure", 3, -3.0, 3),
        Ended(1, "success", 2, -2.0, 5),
        Ended(2, "success", 4, -4.0, 9),
    ]


def test_what_was_cut_off_or_has_come_since_the_start_is_left_out(store: Path) -> None:
    begun = episode(1, 5, ELSEWHERE)
    fill(store, episode(0, 3, ELSEWHERE), begun[:2], episode(7, 2, AT_THE_GOAL))
    assert [one.number for one in earlier_episodes(store, TASK, 5)] == [0]
    assert [(one.number, one.made) for one in earlier_episodes(store, TASK, 7)] == [(0, 3), (7, 7)]


def test_of_a_long_run_only_the_last_episodes_are_read(store: Path) -> None:
    fill(store, *(episode(number, 1, ELSEWHERE) for number in range(KEPT + 3)))
    assert [one.number for one in earlier_episodes(store, TASK, KEPT + 3)][:2] == [3, 4]


def test_a_store_that_is_not_there_is_named(store: Path) -> None:
    with pytest.raises(AwacError, match=r"store\.sqlite: there is no transition store here"):
        earlier_episodes(store, TASK, 1)
