"""What ros2 run, ros2 launch and a shell find once awac_ros is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ament_index_python import PackageNotFoundError, get_package_prefix, get_package_share_directory

from awac_ros.nodes.graph import PUSHING
from awac_ros.resources import resource

try:
    PREFIX = Path(get_package_prefix("awac_ros"))
except PackageNotFoundError:
    pytest.skip("awac_ros is not installed; make setup does it", allow_module_level=True)


@pytest.mark.parametrize("name", [process.name for process in PUSHING.processes])
def test_every_node_is_an_executable(name: str) -> None:
    assert os.access(PREFIX / "lib" / "awac_ros" / name, os.X_OK)


@pytest.mark.parametrize("folder", ["config", "launch", "urdf", "awac_msgs/msg"])
def test_shared_files_are_installed_as_they_are(folder: str) -> None:
    share = Path(get_package_share_directory("awac_ros"))
    for source in resource(folder).iterdir():
        if source.is_file():
            assert (share / folder / source.name).read_bytes() == source.read_bytes()
