"""`ros2 launch awac_ros pushing.launch.py`: demonstrations through the real graph, until it is interrupted.

test_launch.py runs this; by hand: launch_test test/launch_pushing.py
"""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from typing import Any

import launch_testing.actions
import launch_testing.asserts
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

from awac_ros.data.demos import count
from awac_ros.resources import resource

ARGUMENTS = {"mode": "collect", "lockstep": "true", "episodes": "0", "namespace": "left"}


def generate_test_description() -> tuple[LaunchDescription, dict[str, Any]]:
    folder = Path(tempfile.mkdtemp())
    graph = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(resource("launch/pushing.launch.py"))),
        launch_arguments={**ARGUMENTS, "out": str(folder)}.items(),
    )
    return LaunchDescription([graph, launch_testing.actions.ReadyToTest()]), {"folder": folder}


class TestWhileRunning(unittest.TestCase):
    def test_demonstrations_are_recorded(self, proc_output: Any) -> None:
        proc_output.assertWaitFor("demo_0", timeout=60)


@launch_testing.post_shutdown_test()
class TestAfterwards(unittest.TestCase):
    def test_every_node_ended_cleanly(self, proc_info: Any) -> None:
        launch_testing.asserts.assertExitCodes(proc_info)

    def test_the_file_is_whole(self, folder: Path) -> None:
        self.assertGreaterEqual(count(folder / "demos.hdf5"), 1)
