import threading

import pytest
import torch

from awac_ros.learning.lanes import make_lanes, side_by_side, use_threads

CPU = torch.device("cpu")


@pytest.fixture
def two_threads():
    use_threads(2)
    yield
    use_threads(1)


@pytest.mark.usefixtures("two_threads")
def test_with_two_threads_works_wait_for_one_another():
    meeting = threading.Barrier(2, timeout=30)
    assert side_by_side(make_lanes(CPU, 1), [meeting.wait, meeting.wait]) in ([0, 1], [1, 0])


def test_with_one_thread_all_is_done_in_it():
    assert set(side_by_side(make_lanes(CPU, 2), [threading.get_ident] * 3)) == {threading.get_ident()}


@pytest.mark.usefixtures("two_threads")
def test_what_a_lane_computes_has_no_autograd():
    (lane,) = make_lanes(CPU, 1)
    weight = torch.ones(2, requires_grad=True)
    lane.start(lambda: weight * 2.0)
    assert not lane.join().requires_grad


@pytest.mark.usefixtures("two_threads")
def test_a_failure_in_a_lane_is_raised_where_it_is_joined():
    (lane,) = make_lanes(CPU, 1)
    lane.start(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lane.join()
