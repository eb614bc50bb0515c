import pytest

from awac_ros.nodes.clock_watch import ClockWatch


class Time:
    """A clock and the monotonic one beside it."""

    def __init__(self) -> None:
        self.clock, self.monotonic = 100.0, 7.0
        self.watch = ClockWatch(lambda: self.clock, lambda: self.monotonic)

    def passes(self, clock: float, monotonic: float) -> str | None:
        """The leap that the next reading finds."""
        self.clock += clock
        self.monotonic += monotonic
        self.watch.leap = None
        assert self.watch.read() == self.clock
        return self.watch.leap


@pytest.mark.parametrize("speed", [0.01, 1.0, 20.0])
def test_a_simulator_at_any_usual_speed_is_no_leap(speed: float) -> None:
    time = Time()
    assert [time.passes(speed * elapsed, elapsed) for elapsed in (0.02, 0.1, 0.0, 3.0)] == [None] * 4


@pytest.mark.parametrize("leap", [-3600.0, -0.1, 5.0, 3600.0])
def test_a_leap_is_told_once_with_both_times(leap: float) -> None:
    time = Time()
    assert f"leapt from 100.0 to {100.0 + leap:.1f} s" in time.passes(leap, 0.05)
    assert time.passes(0.05, 0.05) is None


def test_a_clock_stands_still_until_it_moves_again() -> None:
    time = Time()
    time.passes(0.0, 1.9)
    assert time.watch.standstill() is None
    time.passes(0.0, 0.2)
    assert "stood still for 2 s" in time.watch.standstill()
    time.passes(0.1, 0.1)
    assert time.watch.standstill() is None
