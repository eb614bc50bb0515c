import pytest

from awac_ros.doctor import discovery
from awac_ros.doctor.finding import Level


def test_two_processes_find_each_other(tmp_path):
    middleware, found = discovery.check(tmp_path)
    assert (middleware.level, found.level) == (Level.GOOD, Level.GOOD)
    assert "reach each other in" in found.found and found.mend == ""


def test_participants_that_can_not_meet_are_reported_with_the_way_out(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "OFF")
    monkeypatch.setattr(discovery, "_PATIENCE", 4.0)
    _, found = discovery.check(tmp_path)
    assert found.level is Level.BREAKS
    assert "did not meet" in found.found and "ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST" in found.mend
