from awac_ros.soak import full_disk
from awac_ros.soak.effort import SHORT


def test_a_full_disk_is_told_in_one_sentence_or_the_skipping_is(tmp_path):
    measures = full_disk.measure(SHORT, 0, tmp_path)
    assert all(measure.holds for measure in measures)
    assert len(measures) == 2 or "SKIPPED" in measures[0].name
