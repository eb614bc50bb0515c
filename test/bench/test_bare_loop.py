import time

import numpy as np
import pytest

from awac_ros.bench.bare_loop import BareLoop


def test_it_counts_the_periods_of_the_time_it_ran():
    with BareLoop(0.01) as loop:
        start = time.monotonic()
        while (ran := time.monotonic() - start) < 1.0:
            time.sleep(0.01)
    assert 0 < loop.periods.sum() <= ran + 0.1
    assert np.median(loop.periods) == pytest.approx(0.01, rel=0.2)
