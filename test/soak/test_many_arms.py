from dataclasses import replace

from awac_ros.soak import many_arms
from awac_ros.soak.effort import SHORT


def test_several_arms_into_one_buffer_lose_and_double_nothing(tmp_path):
    measures = many_arms.measure(replace(SHORT, arms=2, steps_by_arm=230), 0, tmp_path)
    assert [measure.name for measure in measures if not measure.holds] == []
