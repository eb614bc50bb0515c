import subprocess
import sys
import time

from awac_ros.learning.cores import SECONDS_BETWEEN_LOOKS, FreeCores


def look_until(cores: FreeCores, expected: int) -> None:
    """Other tests and the system use the machine too: look until a quiet or a busy moment was seen."""
    deadline = time.monotonic() + 60.0
    while cores.count() != expected:
        assert time.monotonic() < deadline, f"never saw {expected} free cores"
        time.sleep(SECONDS_BETWEEN_LOOKS)


def test_another_process_takes_a_core_and_this_one_takes_none(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0})
    assert FreeCores().count() == 1
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    cores = FreeCores()
    assert cores.count() == 2
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        look_until(cores, 1)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    end = time.monotonic() + SECONDS_BETWEEN_LOOKS
    while time.monotonic() < end:
        pass
    look_until(cores, 2)
