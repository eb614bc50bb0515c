from dataclasses import replace

import numpy as np
import pytest

from awac_ros.bench.data import random_transitions
from awac_ros.data import Transitions
from awac_ros.data.wire import flat_columns
from awac_ros.tasks import Pushing

ROWS = random_transitions(Pushing().layout, 5, seed=0)


@pytest.mark.parametrize("actors", [["a"] * 5, list("abcde"), list("babab"), list("ccbba")])
def test_every_row_names_its_own_actor_however_actors_take_turns(actors):
    names, columns = flat_columns(replace(ROWS, actor_id=np.array(actors)))
    assert [names[index] for index in columns["actor"]] == actors
    assert len(names) == len(set(actors))


def test_no_rows_have_no_actor():
    names, columns = flat_columns(Transitions.empty(Pushing().layout))
    assert names == []
    assert all(len(column) == 0 for column in columns.values())
