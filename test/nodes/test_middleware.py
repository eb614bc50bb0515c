"""What the middleware is told where the shell says nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from awac_ros.nodes import middleware
from awac_ros.nodes.up import node_environment
from awac_ros.resources import resource


def start_a_participant(profile: Path) -> subprocess.CompletedProcess:
    code = "import rclpy; rclpy.init(); rclpy.create_node('alone')"
    environment = node_environment() | {"FASTDDS_DEFAULT_PROFILES_FILE": str(profile)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("profile", ["config/one_host.xml", "config/two_hosts.xml"])
def test_fast_dds_takes_every_word_of_our_profiles(profile: str) -> None:
    started = start_a_participant(resource(profile))
    assert started.stdout + started.stderr == ""


def test_fast_dds_would_name_a_word_that_it_does_not_know(tmp_path: Path) -> None:
    profile = tmp_path / "profile.xml"
    profile.write_text(resource("config/one_host.xml").read_text().replace("leaseAnnouncement>", "leaseAnnouncment>"))
    started = start_a_participant(profile)
    assert "leaseAnnouncment" in started.stdout + started.stderr


def test_what_the_shell_says_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    monkeypatch.delenv("FASTDDS_DEFAULT_PROFILES_FILE")
    assert node_environment()["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"
    middleware.settle()
    assert os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"
    assert Path(os.environ["FASTDDS_DEFAULT_PROFILES_FILE"]) == resource("config/one_host.xml")
