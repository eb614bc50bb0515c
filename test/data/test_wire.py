from dataclasses import replace

import numpy as np
import pytest

from awac_ros.bench.data import random_transitions
from awac_ros.data import Transitions
from awac_ros.data.rows import pack, row_type
from awac_ros.data.wire import flat_columns, flat_rows
from awac_ros.tasks import Pushing

ROWS = random_transitions(Pushing().layout, 5, seed=0)


@pytest.mark.parametrize("actors", [["a"] * 5, list("abcde"), list("babab"), list("ccbba")])
def test_every_row_names_its_own_actor_however_actors_take_turns(actors):
    names, columns = flat_columns(replace(ROWS, actor_id=np.array(actors)))
    assert [names[index] for index in columns["actor"]] == actors
    assert len(names) == len(set(actors))


@pytest.mark.parametrize("numbers", [[1] * 5, [3, 1, 1, 2, 3]])
def test_packed_rows_make_the_same_columns_as_their_transitions(numbers):
    rows, ids = pack(ROWS, row_type(Pushing().layout)), np.array(["", *("abc")])
    rows["actor"] = numbers
    names, columns = flat_rows(rows, ids)
    same_names, same = flat_columns(replace(ROWS, actor_id=ids[numbers]))
    assert names == same_names
    for name, column in same.items():
        np.testing.assert_array_equal(columns[name], column, err_msg=name)


def test_no_rows_have_no_actor():
    names, columns = flat_columns(Transitions.empty(Pushing().layout))
    assert names == []
    assert all(len(column) == 0 for column in columns.values())
