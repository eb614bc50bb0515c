"""A node's process from its first moment on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from awac_ros.nodes.__main__ import NODES
from awac_ros.nodes.graph import PUSHING


def node(name: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "awac_ros.nodes", name], stderr=subprocess.PIPE, text=True)


def test_every_process_of_the_graph_is_a_node() -> None:
    assert sorted(process.name for process in PUSHING.processes) == sorted(NODES)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_imports_is_no_failure_and_no_traceback(number: signal.Signals) -> None:
    with node("learner") as process:
        status = Path(f"/proc/{process.pid}/status")
        while not caught(status.read_text()) >> signal.SIGTERM - 1 & 1:
            assert process.poll() is None
        process.send_signal(number)
        assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0


def caught(status: str) -> int:
    """The signals that a process answers, as bits."""
    return int(next(line for line in status.splitlines() if line.startswith("SigCgt:")).split()[1], 16)


def test_an_unknown_node_is_one_sentence() -> None:
    with node("pilot") as process:
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 2
    assert said == f"there is no node 'pilot'; the nodes are {', '.join(NODES)}\n"
