import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from awac_ros.soak import hosts, two_hosts
from awac_ros.soak.effort import SHORT
from awac_ros.soak.hosts import Host
from awac_ros.soak.hosts import two_hosts as made

ECHO = """
import socket, sys
own, other = sys.argv[1:]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
    here.bind((own, 5000))
    print("bound", flush=True)
    while True:
        data, sender = here.recvfrom(1000)
        here.sendto(data, sender)
"""
ASK = """
import socket, sys
arrived = 0
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
    here.settimeout(0.3)
    for number in range(int(sys.argv[2])):
        here.sendto(str(number).encode(), (sys.argv[1], 5000))
        try:
            arrived += here.recv(1000) == str(number).encode()
        except TimeoutError:
            pass
print(arrived)
"""


def asked(host: Host, count: int) -> int:
    command = [*host.enter, sys.executable, "-c", ASK, "192.0.2.2", str(count)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_a_cable_carries_and_can_be_cut_and_made_lossy():
    try:
        with made(seed=0) as (robot, trainer, cable):
            echo = subprocess.Popen(
                [*trainer.enter, sys.executable, "-c", ECHO, "192.0.2.2", "192.0.2.1"], stdout=subprocess.PIPE
            )
            try:
                assert echo.stdout.readline() == b"bound\n"
                assert asked(robot, 10) == 10
                cable.loss = 0.5
                assert 0 < asked(robot, 20) < 20
                cable.loss, cable.cut = 0.0, True
                assert asked(robot, 3) == 0
                cable.cut = False
                assert asked(robot, 3) == 3
            finally:
                echo.kill()
                echo.wait()
    except PermissionError as error:
        pytest.skip(f"two hosts can't be made here: {error}")


def test_a_graph_over_two_hosts_outlives_a_cut_and_a_lossy_link(tmp_path):
    measures = two_hosts.measure(SHORT, 0, tmp_path)
    assert [measure.name for measure in measures if not measure.holds] == []
    if len(measures) == 1:
        pytest.skip(measures[0].name)


@pytest.mark.parametrize(
    ("place", "name", "lacking", "word"),
    [
        (os, "geteuid", lambda: 1000, "this user is not root"),
        (hosts, "_TUN", Path("/nowhere"), "there is no /nowhere"),
        (hosts, "_BEGIN", "echo 'no such device' >&2; exit 1", "no such device"),
    ],
    ids=["not root", "no tun", "no interface"],
)
def test_where_two_hosts_can_not_be_made_the_reason_is_told(tmp_path, monkeypatch, place, name, lacking, word):
    if shutil.which("ip") is None:
        pytest.skip("no ip here (package iproute2)")
    monkeypatch.setattr(place, name, lacking)
    (measure,) = two_hosts.measure(SHORT, 0, tmp_path)
    assert "skipped" in measure.name
    assert word in measure.name
    assert measure.holds
