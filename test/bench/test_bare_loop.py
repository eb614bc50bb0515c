import time

import pytest

from awac_ros.bench.bare_loop import BareLoop


def test_it_counts_the_periods_of_the_time_it_ran():
    with BareLoop(0.01) as loop:
        start = time.monotonic()
        while (ran := time.monotonic() - start) < 1.0:
            time.sleep(0.01)
    assert loop.periods.sum() == pytest.approx(ran, abs=0.5)
    assert 1 <= len(loop.periods) <= ran / 0.01 + 1
