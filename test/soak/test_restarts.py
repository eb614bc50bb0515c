from dataclasses import replace

from awac_ros.soak import restarts
from awac_ros.soak.effort import SHORT


def test_a_restarted_actor_and_learner_go_on_from_where_they_were(tmp_path):
    measures = restarts.measure(replace(SHORT, restarts=1), 0, tmp_path)
    about_time = ("to its first motion", "commands a second")  # what a busy machine allows
    broken = [measure.name for measure in measures if not measure.holds]
    assert [name for name in broken if not any(words in name for words in about_time)] == []
