import dataclasses

import numpy as np
import pytest

from awac_ros.data import Transitions
from awac_ros.errors import AwacError


def changed(transitions, column, value, row=0):
    """The same transitions with `value` in one row of one column."""
    values = getattr(transitions, column).copy()
    values[row] = value
    return dataclasses.replace(transitions, **{column: values})


def test_columns_take_their_types(layout):
    rows = Transitions([[0, 0, 0]], [[1, 1]], [1], [[1, 2, 3]], [0], [1], [0], [7], [0.5], ["a"], [2], [3])
    assert (rows.observation.dtype, rows.reward.dtype, rows.step_time.dtype) == (np.float32, np.float32, np.float64)
    assert (rows.terminated.dtype, rows.policy_version.dtype) == (np.bool_, np.int64)
    rows.check(layout, "test")


def test_parts_put_together_are_the_whole(make_episode, assert_same):
    rows = make_episode(steps=7).transitions
    assert_same(Transitions.concatenate([rows[:2], rows[2:3], rows[3:]]), rows)
    assert_same(rows[rows.step >= 4], rows[4:])
    assert_same(rows[np.array([4, 5, 6])], rows[4:])


def test_no_transitions_are_valid_transitions(layout):
    empty = Transitions.empty(layout)
    assert len(empty) == 0
    empty.check(layout, "test")


def test_columns_of_different_length_are_refused(make_episode):
    rows = make_episode().transitions
    with pytest.raises(AwacError, match="reward has 4 rows, observation has 5"):
        dataclasses.replace(rows, reward=rows.reward[:4])


def test_an_actor_id_is_never_cut_short(make_episode):
    rows = make_episode().transitions
    with pytest.raises(AwacError, match="longer than 32"):
        dataclasses.replace(rows, actor_id=np.full(len(rows), "a" * 33))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("column", ["observation", "action", "reward", "next_observation", "step_time"])
def test_what_is_not_finite_is_refused_with_column_and_row(layout, make_episode, column, value):
    rows = changed(make_episode().transitions, column, value, row=3)
    with pytest.raises(AwacError, match=f"demo_1: {column} is not finite at row 3"):
        rows.check(layout, "demo_1")


@pytest.mark.parametrize("value", [1.001, -1.001])
def test_an_action_outside_its_range_is_refused(layout, make_episode, value):
    rows = changed(make_episode().transitions, "action", value, row=2)
    with pytest.raises(AwacError, match=r"demo_1: action at row 2 lies outside \[-1, 1\]"):
        rows.check(layout, "demo_1")


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_the_ends_of_the_range_are_inside(layout, make_episode, value):
    changed(make_episode().transitions, "action", value).check(layout, "demo_1")


@pytest.mark.parametrize(
    ("column", "shape", "needed"),
    [
        ("observation", (5, 4), r"\(N, 3\)"),
        ("observation", (5,), r"\(N, 3\)"),
        ("action", (5, 1, 2), r"\(N, 2\)"),
        ("reward", (5, 1), r"\(N\)"),
    ],
)
def test_wrong_shapes_are_refused_with_the_right_one(layout, make_episode, column, shape, needed):
    rows = dataclasses.replace(make_episode(steps=5).transitions, **{column: np.zeros(shape)})
    with pytest.raises(AwacError, match=f"demo_1: {column} has shape .* task sliding needs {needed}"):
        rows.check(layout, "demo_1")


@pytest.mark.parametrize(("column", "value"), [("episode", -1), ("step", -5), ("policy_version", -2)])
def test_a_count_below_its_least_is_refused(layout, make_episode, column, value):
    rows = changed(make_episode().transitions, column, value, row=2)
    with pytest.raises(AwacError, match=f"demo_1: {column} is {value} at row 2"):
        rows.check(layout, "demo_1")
