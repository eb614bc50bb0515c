"""Processes are stood in for by small scripts, except where a real node must be reached."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from awac_msgs.msg import BufferStatus
from awac_ros.errors import AwacError
from awac_ros.nodes import up as up_module
from awac_ros.nodes.description import Argument, Graph, Process
from awac_ros.nodes.qos import LATCHED
from awac_ros.nodes.up import up

WAITS = """
import signal, sys
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
print("ready", flush=True)
signal.pause()
"""
STUBBORN = """
import signal
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("ready", flush=True)
while True:
    signal.pause()
"""
FAILS = "import sys; print('[FATAL] [1.5] [learner]: no checkpoint here', file=sys.stderr); print('bye'); sys.exit(2)"


def graph(tmp_path: Path, *names: str, ending: str = "") -> Graph:
    file = tmp_path / "parameters.yaml"
    file.write_text("{}")
    arguments = {"params_file": str(file), "namespace": "", "log_level": "info"}
    return Graph(
        "test",
        (
            Argument("use_sim_time", "false", "", bool),
            Argument("store", "", ""),
            *(Argument(name, value, "") for name, value in arguments.items()),
        ),
        tuple(
            Process(
                name, lambda values: {"store": values["store"]}, ends_graph=lambda values, name=name: name == ending
            )
            for name in names
        ),
        lambda values: None,
    )


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """By node name, what runs in the node's stead."""
    chosen: dict[str, str] = {}
    monkeypatch.setattr(up_module, "command", lambda start: [sys.executable, "-c", chosen[start.name]])
    return chosen


def said(session, name: str, word: str) -> None:
    """Wait until a process has said the word."""
    log = next(child.log for child in session.children if child.name == name)
    deadline = time.monotonic() + 30.0
    while word not in log.read_text():
        assert time.monotonic() < deadline
        session.wait(0.05)


def test_the_end_of_the_process_that_counts_ends_the_graph(scripts: dict, tmp_path: Path) -> None:
    scripts |= {"arm": WAITS, "learner": "print('done')"}
    with up(graph(tmp_path, "arm", "learner", ending="learner"), {}, tmp_path / "logs", None) as session:
        assert session.wait()
        assert all(child.process.poll() is not None for child in session.children)


def test_the_end_of_another_process_does_not(scripts: dict, tmp_path: Path) -> None:
    scripts |= {"actor": "print('done')", "learner": WAITS}
    with up(graph(tmp_path, "actor", "learner", ending="learner"), {}, tmp_path / "logs", None) as session:
        session.children[0].process.wait()
        said(session, "learner", "ready")
        assert not session.poll()


def test_the_first_failure_ends_the_graph_and_names_the_node_and_its_last_error(scripts: dict, tmp_path: Path) -> None:
    scripts |= {"arm": WAITS, "learner": FAILS}
    session = up(graph(tmp_path, "arm", "learner"), {}, tmp_path / "logs", None)
    with pytest.raises(AwacError, match="learner ended with exit code 2: no checkpoint here"):
        session.wait()
    assert all(child.process.poll() is not None for child in session.children)


def test_a_crash_is_not_laid_to_an_error_of_before(scripts: dict, tmp_path: Path) -> None:
    scripts |= {"arm": "print('[ERROR] [1.0] [arm]: the arm stops: arm/stop was called'); raise ValueError('a defect')"}
    with (
        up(graph(tmp_path, "arm"), {}, tmp_path / "logs", None) as session,
        pytest.raises(AwacError, match="arm ended with exit code 1: ValueError: a defect"),
    ):
        session.wait()


def test_a_killed_process_is_a_failure(scripts: dict, tmp_path: Path) -> None:
    scripts |= {"arm": WAITS}
    with up(graph(tmp_path, "arm"), {}, tmp_path / "logs", None) as session:
        session.children[0].process.send_signal(signal.SIGKILL)
        with pytest.raises(AwacError, match="arm was killed by SIGKILL"):
            session.wait()


def test_output_is_kept_in_files_and_passed_on_with_the_nodes_name(scripts: dict, tmp_path: Path) -> None:
    scripts |= {"arm": "print('one'); print('two')", "actor": "print('three')"}
    lines: list[str] = []
    with up(graph(tmp_path, "arm", "actor"), {}, tmp_path / "logs", lines.append) as session:
        session.wait()
    assert sorted(lines) == ["[actor] three", "[arm] one", "[arm] two"]
    assert (tmp_path / "logs/arm.log").read_text() == "one\ntwo\n"


def test_leaving_the_block_ends_even_the_stubborn(
    scripts: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up_module, "_SIGNALS", tuple((number, 0.5) for number, _ in up_module._SIGNALS))
    scripts |= {"arm": WAITS, "actor": STUBBORN}
    with up(graph(tmp_path, "arm", "actor"), {}, tmp_path / "logs", None) as session:
        said(session, "arm", "ready")
        said(session, "actor", "ready")
    assert [child.process.returncode for child in session.children] == [0, -signal.SIGKILL]


def test_the_last_started_is_ended_first(scripts: dict, tmp_path: Path) -> None:
    order = tmp_path / "order"
    for name in ("buffer", "arm", "actor"):
        scripts[name] = WAITS.replace("sys.exit(0)", f"(open({str(order)!r}, 'a').write('{name} '), sys.exit(0))")
    with up(graph(tmp_path, "buffer", "arm", "actor"), {}, tmp_path / "logs", None) as session:
        for name in scripts:
            said(session, name, "ready")
    assert order.read_text() == "actor arm buffer "


def test_nothing_is_started_with_arguments_that_do_not_fit(scripts: dict, tmp_path: Path) -> None:
    with pytest.raises(AwacError, match="no argument 'stor'"):
        up(graph(tmp_path, "arm"), {"stor": "x"}, tmp_path / "logs")
    assert not (tmp_path / "logs").exists()


def test_processes_do_not_outlive_a_killed_starter(tmp_path: Path) -> None:
    starter = (
        "import signal, sys\n"
        "from pathlib import Path\n"
        "from awac_ros.nodes import up\n"
        "from awac_ros.nodes.description import Start\n"
        f"up.command = lambda start: [sys.executable, '-c', {WAITS!r}]\n"
        "start = Start('arm', {}, Path(), '', 'info', False)\n"
        f"session = up.Session([start], Path({str(tmp_path)!r}), lambda line: print(line, flush=True))\n"
        "print(session.children[0].process.pid, flush=True)\n"
        "session.wait()"
    )
    process = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True)
    child = os.pidfd_open(int(process.stdout.readline()))
    assert process.stdout.readline() == "[arm] ready\n"
    process.kill()
    process.communicate()
    assert select.select([child], [], [], 10.0)[0], "it goes on"
    os.close(child)


def test_a_node_that_is_ended_during_its_start_ends_well_and_says_nothing(tmp_path: Path) -> None:
    with up(graph(tmp_path, "buffer"), {"store": str(tmp_path / "store.sqlite")}, tmp_path / "logs", None) as session:
        pass
    assert session.children[0].process.returncode == 0
    assert (tmp_path / "logs/buffer.log").read_text() == ""


def test_a_node_is_started_in_its_namespace_with_its_parameters(world, tmp_path: Path) -> None:
    heard = world.hear(BufferStatus, "/robot1/buffer/status", LATCHED)
    store = tmp_path / "a store.sqlite"
    arguments = {"namespace": "robot1", "store": str(store)}
    with up(graph(tmp_path, "buffer"), arguments, tmp_path / "logs", None) as session:
        world.until(lambda: heard)
    assert store.exists()
    assert session.children[0].process.returncode == 0
