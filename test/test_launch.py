from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("launch_testing", reason="launch_testing is not here; a ROS 2 installation has it")
pytest.importorskip("launch_ros", reason="launch_ros is not here; a ROS 2 installation has it")


def test_ros2_launch_records_demonstrations() -> None:
    test = Path(__file__).with_name("launch_pushing.py")
    ended = subprocess.run(
        [sys.executable, "-m", "launch_testing.launch_test", str(test)], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
