import fcntl
import os
import socket
from pathlib import Path

import rclpy

from awac_msgs.msg import BufferStatus
from awac_ros.nodes import qos
from awac_ros.nodes.dead_ports import dead_ports_avoided

DOMAIN = 231
METATRAFFIC, USER = 7410 + 250 * DOMAIN, 7411 + 250 * DOMAIN


def free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        try:
            here.bind(("", port))
        except OSError:
            return False
    return True


def test_the_ports_of_a_killed_node_are_taken_until_the_new_one_is_made(tmp_path: Path) -> None:
    (tmp_path / f"fastdds_port{USER}_el").touch()
    with dead_ports_avoided(DOMAIN, tmp_path):
        assert not free(METATRAFFIC) and not free(USER)
        assert free(METATRAFFIC + 2) and free(USER + 2)
    assert free(METATRAFFIC) and free(USER)


def test_of_many_dead_nodes_those_that_began_last_are_avoided_so_that_ports_remain(tmp_path: Path) -> None:
    for number in range(20):
        lock = tmp_path / f"fastdds_port{USER + 2 * number}_el"
        lock.touch()
        os.utime(lock, (1_000.0, 1_000.0 + (number * 7) % 20))
    with dead_ports_avoided(DOMAIN, tmp_path):
        avoided = {number for number in range(20) if not free(USER + 2 * number)}
    assert avoided == {number for number in range(20) if (number * 7) % 20 >= 16}


def test_the_ports_of_a_living_node_are_left_to_it(tmp_path: Path) -> None:
    lock = tmp_path / f"fastdds_port{USER}_el"
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with dead_ports_avoided(DOMAIN, tmp_path):
            assert free(METATRAFFIC) and free(USER)


def test_fast_dds_leaves_such_ports_behind_when_a_node_is_killed(world, tmp_path: Path) -> None:
    domain = rclpy.get_default_context().get_domain_id()
    ports = range(7410 + 250 * domain, 7410 + 250 * domain + 48)
    heard = world.hear(BufferStatus, "buffer/status", qos.LATCHED)
    before = {port for port in ports if free(port)}
    process = world.start("buffer", store=tmp_path / "store.sqlite")
    world.until(lambda: heard)
    its = {port for port in before if not free(port)}
    process.kill()
    process.wait()
    with dead_ports_avoided(domain):
        assert its and not any(map(free, its))
    assert all(map(free, its))
