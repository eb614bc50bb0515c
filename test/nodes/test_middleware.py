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


def test_alone_every_packet_stays_on_this_machine_and_out_of_shared_memory() -> None:
    code = """
import os, rclpy
rclpy.init()
node = rclpy.create_node("alone")
print("/dev/shm/fastdds" in open("/proc/self/maps").read())
files = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
mine = {os.readlink(file)[8:-1] for file in files if os.path.lexists(file)}
rows = [line.split() for line in open("/proc/self/net/udp").readlines()[1:]]
print({row[1].partition(":")[0] for row in rows if row[9] in mine})
"""
    started = subprocess.run([sys.executable, "-c", code], env=node_environment(), capture_output=True, text=True)
    assert started.stdout.splitlines() == ["False", "{'0100007F'}"], started.stderr


@pytest.mark.parametrize("reach", [None, "LOCALHOST"])
def test_on_one_machine_the_profile_alone_says_how_far_packets_go(
    monkeypatch: pytest.MonkeyPatch, reach: str | None
) -> None:
    for name, value in ((middleware.RANGE, reach), (middleware.PROFILE, None)):
        monkeypatch.delenv(name)
        if value:
            monkeypatch.setenv(name, value)
    middleware.settle()
    assert os.environ[middleware.RANGE] == node_environment()[middleware.RANGE] == "SYSTEM_DEFAULT"
    assert Path(os.environ[middleware.PROFILE]) == resource("config/one_host.xml")
    assert middleware.stays_here()


def test_a_larger_range_of_the_shell_comes_with_the_profile_for_several_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(middleware.RANGE, "SUBNET")
    monkeypatch.delenv(middleware.PROFILE)
    middleware.settle()
    assert node_environment()[middleware.RANGE] == "SUBNET"
    assert Path(os.environ[middleware.PROFILE]) == resource("config/two_hosts.xml")
    assert not middleware.stays_here()


def test_another_middleware_stays_on_this_machine_by_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (middleware.RANGE, middleware.PROFILE):
        monkeypatch.delenv(name)
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp")
    assert middleware.settings()[middleware.RANGE] == "LOCALHOST"


def test_a_profile_of_the_shells_own_stands_and_reaches_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(middleware.RANGE)
    monkeypatch.setenv(middleware.PROFILE, "mine.xml")
    middleware.settle()
    assert (os.environ[middleware.RANGE], os.environ[middleware.PROFILE]) == ("LOCALHOST", "mine.xml")
