from dataclasses import replace

from awac_ros.soak import clocks
from awac_ros.soak.effort import SHORT


def test_lies_on_the_clock_move_no_arm_and_reach_no_store(tmp_path):
    measures = clocks.measure(replace(SHORT, clock_lies=3), 0, tmp_path)
    assert [measure.name for measure in measures if not measure.holds] == []
