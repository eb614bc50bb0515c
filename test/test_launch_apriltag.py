"""The example tracker: its launch file, and what it says where its packages are missing."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import ModuleType

import pytest
import yaml
from geometry_msgs.msg import TransformStamped

from awac_ros.errors import AwacError
from awac_ros.nodes.messages import position, stamp
from awac_ros.nodes.needed import require
from awac_ros.nodes.puck_from_tf import puck_pose
from awac_ros.resources import resource


def launch_file() -> ModuleType:
    pytest.importorskip("launch_ros", reason="launch_ros is not here; a ROS 2 installation has it")
    spec = importlib.util.spec_from_file_location("apriltag_launch", resource("launch/apriltag.launch.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_description_loads_or_says_what_to_install() -> None:
    file = launch_file()
    try:
        description = file.generate_launch_description()
    except AwacError as error:
        assert "the AprilTag tracker needs" in str(error) and "sudo apt install ros-" in str(error)
        return
    names = {argument.name for argument in description.get_launch_arguments()}
    assert names == {"video_device", "camera_info_url", "camera_pose", "tags", "above", "puck_topic"}


def test_packages_that_are_missing_are_named_with_the_way_to_get_them(monkeypatch) -> None:
    monkeypatch.setenv("ROS_DISTRO", "jazzy")
    require(("rclpy",), "this")
    with pytest.raises(AwacError) as refused:
        require(("rclpy", "no_such_detector", "no_such_camera"), "the tracker")
    assert str(refused.value) == (
        "the tracker needs no_such_detector, no_such_camera; install what is missing: "
        "sudo apt install ros-jazzy-no-such-detector ros-jazzy-no-such-camera"
    )


def test_the_detectors_file_names_the_frame_that_is_followed() -> None:
    detector = yaml.safe_load(resource("config/apriltag.yaml").read_text())["/**"]["ros__parameters"]
    assert detector["tag"]["frames"] == ["puck_tag"] and detector["tag"]["sizes"] == [detector["size"]]


def test_the_pucks_centre_is_below_the_tag_whichever_way_the_tag_is_turned() -> None:
    tag = TransformStamped()
    tag.header.frame_id, tag.header.stamp = "base", stamp(12.5)
    tag.transform.translation.x, tag.transform.translation.y, tag.transform.translation.z = 0.6, -0.1, 0.075
    tag.transform.rotation.x, tag.transform.rotation.w = 1.0, 0.0
    pose = puck_pose(tag, above=0.015)
    assert position(pose).tolist() == pytest.approx([0.6, -0.1, 0.06])
    assert pose.header.stamp == stamp(12.5)


@pytest.mark.skipif(importlib.util.find_spec("tf2_ros") is not None, reason="tf2_ros is here")
def test_without_tf2_the_node_says_how_to_get_it() -> None:
    command = [sys.executable, "-m", "awac_ros.nodes.puck_from_tf"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "install ros-<distribution>-tf2-ros-py" in done.stderr and "Traceback" not in done.stderr
