import pytest

from awac_ros.nodes.rate import Deadlines, Meter


def test_a_late_tick_does_not_move_the_next_deadline() -> None:
    deadlines = Deadlines(0.1, now=0.0)
    assert deadlines.left(0.06) == pytest.approx(0.04)
    deadlines.met(0.13)
    deadlines.worked(0.15)
    assert deadlines.left(0.15) == pytest.approx(0.05)
    assert deadlines.overruns == 0


def test_work_beyond_the_deadline_is_an_overrun_and_missed_deadlines_are_not_made_up_for() -> None:
    deadlines = Deadlines(0.1, now=0.0)
    deadlines.met(0.1)
    deadlines.worked(0.22)
    assert deadlines.overruns == 1 and deadlines.left(0.22) < 0.0
    deadlines.met(0.22)
    deadlines.worked(0.65)
    assert deadlines.overruns == 5
    deadlines.met(0.65)
    assert deadlines.left(0.65) == pytest.approx(0.05)


def test_the_rate_is_measured() -> None:
    deadlines, meter = Deadlines(0.1, now=0.0), Meter()
    assert deadlines.rate == meter.rate == 0.0
    for tick in range(1, 6):
        deadlines.met(0.125 * tick)
        meter.count(0.25 * tick)
    assert deadlines.rate == pytest.approx(8.0) and meter.rate == pytest.approx(4.0)
