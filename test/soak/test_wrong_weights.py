from dataclasses import replace

from awac_ros.soak import wrong_weights
from awac_ros.soak.effort import SHORT


def test_wrong_weights_of_every_kind_are_refused_by_name_and_the_actor_goes_on(tmp_path):
    measures = wrong_weights.measure(replace(SHORT, wrong_weights=12), 0, tmp_path)
    assert [measure.name for measure in measures if not measure.holds] == []
