from dataclasses import replace

from awac_ros.soak import killed_recorder
from awac_ros.soak.effort import SHORT


def test_a_killed_recorder_costs_no_episode(tmp_path):
    measures = killed_recorder.measure(replace(SHORT, recorders_killed=2), 0, tmp_path)
    assert [measure.name for measure in measures if not measure.holds] == []
    assert next(measure.value for measure in measures if measure.name.startswith("episodes that")) >= 3
