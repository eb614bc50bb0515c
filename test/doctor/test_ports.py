import contextlib
import socket

import pytest

from awac_ros.doctor import ports
from awac_ros.doctor.finding import Level


def test_places_that_others_took_are_counted(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROS_DOMAIN_ID", "101")
    assert ports.check(tmp_path).level is Level.GOOD
    with contextlib.ExitStack() as held:
        for participant in range(25):
            taken = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            taken.bind(("", 7400 + 250 * 101 + 10 + 2 * participant))
        crowded = ports.check(tmp_path)
    assert crowded.level is Level.BREAKS
    assert "25 of its first 40 places are taken" in crowded.found


@pytest.mark.parametrize(("domain", "level"), [("door", Level.BREAKS), ("233", Level.BREAKS), ("150", Level.HURTS)])
def test_a_domain_that_is_none_or_lies_among_everybodys_ports_is_named(tmp_path, monkeypatch, domain, level):
    monkeypatch.setenv("ROS_DOMAIN_ID", domain)
    finding = ports.check(tmp_path)
    assert finding.level is level
    assert domain in finding.found and "ROS_DOMAIN_ID=42" in finding.mend
