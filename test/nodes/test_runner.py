import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENDLESS = """
import sys
from awac_ros.nodes.runner import RunnableNode, run

class Endless(RunnableNode):
    def __init__(self):
        super().__init__("endless")
    def run(self, spinner):
        print("running", flush=True)
        super().run(spinner)
    def close(self):
        print("closed", flush=True)

sys.exit(run(Endless))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_node_and_is_no_failure(number: signal.Signals) -> None:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", ENDLESS], **pipes) as node:
        assert node.stdout.readline() == "running\n"
        node.send_signal(number)
        out, err = node.communicate(timeout=30)
    assert (node.returncode, out, err) == (0, "closed\n", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--ros-args", "-p", "sped:=1"], "arm: unknown parameter 'sped'"),
        (["--ros-args", "-p", "arm:=tentacle"], "parameter arm is 'tentacle', but must be one of bullet, sawyer"),
        (["--ros-args", "-p", "speed:=2.0"], "set use_sim_time on all"),
        (["lockstep:=true"], "unknown argument 'lockstep:=true'"),
        (["--ros-args", "-p", "lockstep"], "the ROS arguments can't be read: failed to initialize rcl: Couldn't parse"),
    ],
)
def test_bad_arguments_are_one_sentence_and_exit_code_2(words: list[str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "awac_ros.nodes", "arm", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr


def test_a_finished_node_ends_its_process() -> None:
    code = ENDLESS.replace("super().run(spinner)", "self.finished = True; super().run(spinner)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "running\nclosed\n", "")


@pytest.mark.parametrize("enclave", [False, True], ids=["no enclave", "an enclave without keys"])
def test_a_node_that_is_told_to_be_secure_never_runs_in_the_open(tmp_path: Path, enclave: bool) -> None:
    folder = tmp_path / "enclaves" / "awac" / "endless"
    if enclave:
        folder.mkdir(parents=True)
    secure = {"ROS_SECURITY_ENABLE": "true", "ROS_SECURITY_STRATEGY": "Enforce", "ROS_SECURITY_KEYSTORE": str(tmp_path)}
    command = [sys.executable, "-c", ENDLESS, "--ros-args", "--enclave", "/awac/endless"]
    ended = subprocess.run(command, env={**os.environ, **secure}, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ("the middleware refuses this node" if enclave else str(folder)) in ended.stderr
    assert "Traceback" not in ended.stderr
