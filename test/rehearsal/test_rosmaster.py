"""The agent on real rospy and a real ROS 1 master, where Debian's packages for them are installed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from awac_ros.arms import sawyer_agent as agent
from awac_ros.arms.sawyer import SawyerArm
from awac_ros.rehearsal import ros1
from awac_ros.rehearsal.stand_in import StandIn

PYTHON = "/usr/bin/python3"
HERE = Path(__file__).parent / "rosmaster"
EAST = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])

if (
    shutil.which("rosmaster") is None
    or subprocess.run([PYTHON, "-c", "import rospy, sensor_msgs.msg, std_msgs.msg"], capture_output=True).returncode
):
    pytest.skip(
        "ROS 1 is not here; apt install python3-rosmaster python3-rospy python3-std-msgs python3-sensor-msgs",
        allow_module_level=True,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """The simulated robot on a real master, and the agent beside it under the system's own Python."""
    stand_in = StandIn(tmp_path)
    port = free_port()
    environment = {
        "PATH": os.defpath,
        "HOME": str(tmp_path),
        "ROS_MASTER_URI": f"http://127.0.0.1:{port}",
        "ROS_IP": "127.0.0.1",
        "PYTHONPATH": str(HERE),
        "STAND_IN": str(Path(ros1.__file__).with_name("intera_interface.py")),
    }
    file = shutil.copy(agent.__file__, tmp_path)
    starts = (
        ["rosmaster", "--core", "-p", str(port)],
        [PYTHON, str(HERE / "bridge.py"), str(stand_in.robot_port)],
        [PYTHON, file, "--port", "0"],
    )
    processes = []
    for start in starts:
        processes.append(subprocess.Popen(start, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True))
        if start[0] == "rosmaster":
            wait_for(port)
    for line in processes[-1].stdout:
        if line.startswith("the agent listens"):
            stand_in.agent_port = int(line.rpartition(":")[2])
            break
    stand_in.agent = processes[-1]
    yield stand_in
    for process in processes[:-1]:
        process.kill()
        process.wait()
        process.stdout.close()
    stand_in.close()


def wait_for(port: int) -> None:
    """Until the master listens, which it says to nobody."""
    deadline = time.monotonic() + 30.0
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nobody listens on port {port}"
            time.sleep(0.05)


def test_the_arm_is_driven_and_stopped_over_a_real_ros_1_master(stand_in: StandIn) -> None:
    arm = SawyerArm("127.0.0.1", stand_in.agent_port)
    assert arm.robot_description.software == "5.3.0 (simulated)"
    arm.resume()
    start, deadline = arm.state().p_base_tip, time.monotonic() + 30.0
    while np.linalg.norm(arm.state().p_base_tip - start) < 0.02:
        assert time.monotonic() < deadline, arm.stop_reason
        arm.follow(EAST)
        time.sleep(arm.inner_period)
    stand_in.steer("press_estop")
    while arm.stop_reason is None or (status := stand_in.status())["speed"]:
        assert time.monotonic() < deadline, status
        arm.follow(EAST)
        time.sleep(arm.inner_period)
    assert "robot/reset" in arm.stop_reason
    assert status["refused"] == [] and status["timeouts"] == 0
    arm.close()
