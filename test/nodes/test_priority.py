import os
import subprocess
import sys

import pytest

from awac_ros.nodes.priority import take_precedence

THREADS = """
import os, threading
from pathlib import Path
from awac_ros.nodes.priority import take_precedence
threading.Thread(target=threading.Event().wait, daemon=True).start()
refusal = take_precedence()
policies = {os.sched_getscheduler(int(thread.name)) for thread in Path("/proc/self/task").iterdir()}
print(refusal is not None or policies == {os.SCHED_FIFO})
"""


def test_every_thread_takes_precedence_or_the_refusal_is_told() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "True\n"


def test_a_system_that_does_not_permit_it_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert "limits.conf" in take_precedence()
