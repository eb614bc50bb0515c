import signal
import subprocess
import sys

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
