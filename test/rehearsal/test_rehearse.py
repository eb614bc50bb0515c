import numpy as np
import pytest

from awac_ros.bench.form import all_hold
from awac_ros.errors import AwacError
from awac_ros.rehearsal.rehearse import after, choose, measure


def history(speeds: list[float], step: float = 0.1) -> np.ndarray:
    """The tip goes 1 cm in each step in which the joints move."""
    moving = np.array(speeds) > 0.0
    x = np.concatenate(([0.0], np.cumsum(0.01 * moving[:-1])))
    times = step * np.arange(len(speeds))
    return np.column_stack((times, speeds, x, np.zeros(len(x)), np.zeros(len(x))))


def test_rest_is_when_the_joints_never_move_again() -> None:
    rows = history([1.0, 1.0, 0.0, 1.0] + [0.0] * 20)
    seconds, distance = after(rows, begin=0.0)
    assert seconds == pytest.approx(0.3)
    assert distance == pytest.approx(0.03)


def test_an_arm_that_goes_on_never_rests() -> None:
    assert all(np.isnan(figure) for figure in after(history([1.0] * 30), begin=0.0))
    late = history([0.0] * 25 + [1.0] + [0.0] * 3)
    assert all(np.isnan(figure) for figure in after(late, begin=0.0))


def test_an_unknown_drill_is_refused_by_name() -> None:
    with pytest.raises(AwacError, match="no drill 'earthquake'; the drills are: agent killed"):
        choose(["earthquake"])


def test_a_drill_ends_with_the_arm_at_rest_and_the_data_safe() -> None:
    told: list[str] = []
    measures = measure(["E-stop pressed, then released"], told.append)
    assert told == ["Rehearsing: E-stop pressed, then released"]
    assert [measure.unit for measure in measures] == ["s", "m", "transitions"]
    assert all_hold(measures), measures
