import subprocess
import sys
import time

from awac_ros.learning import cores as module
from awac_ros.learning.cores import SECONDS_BETWEEN_LOOKS, FreeCores


def test_processes_that_work_take_their_cores(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    cores = FreeCores()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        deadline = time.monotonic() + 60.0
        while cores.count() != 1:
            assert time.monotonic() < deadline, "two busy processes, and never fewer than two free cores"
            time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_cores_are_free_again_when_others_rest_and_one_is_always_left(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3})
    now = 0.0
    used = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(module, "_others", lambda: used)
    cores = FreeCores()
    assert cores.count() == 4, "before anything was seen"
    for others, free in ((1.0, 3), (1.5, 2), (0.05, 4), (9.0, 1)):
        now, used = now + 1.0, used + others
        assert cores.count() == free
    used += 9.0
    assert cores.count() == 1, "no new look so soon"
