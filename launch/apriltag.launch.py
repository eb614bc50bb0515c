"""An example tracker: a camera over the table and an AprilTag on the puck become puck_pose (docs/robot.md).

ros2 launch awac_ros apriltag.launch.py camera_pose:="0.6 0.0 1.1 1 0 0 0" camera_info_url:=file:///.../camera.yaml
"""

import sys

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, ExecuteProcess, OpaqueFunction, SetEnvironmentVariable
from launch.substitutions import EnvironmentVariable, LaunchConfiguration
from launch_ros.actions import Node

from awac_ros.errors import AwacError
from awac_ros.nodes.needed import require
from awac_ros.resources import resource

CAMERA = "puck_camera"
"""The namespace of camera and detector, and the frame of the camera's lens: x right, y down, z out of it."""
PACKAGES = ("v4l2_camera", "image_proc", "apriltag_ros", "tf2_ros", "tf2_ros_py")


def generate_launch_description() -> LaunchDescription:
    """Camera, rectification, detector, where the camera stands, and what makes the tag's transform a pose."""
    require(PACKAGES, "the AprilTag tracker")
    reach = EnvironmentVariable("ROS_AUTOMATIC_DISCOVERY_RANGE", default_value="LOCALHOST")
    return LaunchDescription(
        [
            DeclareLaunchArgument("video_device", default_value="/dev/video0", description="the camera"),
            DeclareLaunchArgument("camera_info_url", description="its calibration, file:///... (camera_calibration)"),
            DeclareLaunchArgument(
                "camera_pose", description="of the lens in the arm's base frame: x y z in m and qx qy qz qw"
            ),
            DeclareLaunchArgument(
                "tags", default_value=str(resource("config/apriltag.yaml")), description="the detector's parameters"
            ),
            DeclareLaunchArgument(
                "above", default_value="0.015", description="m by which the tag lies above the puck's centre"
            ),
            DeclareLaunchArgument("puck_topic", default_value="puck_pose", description="as pushing.launch.py has it"),
            SetEnvironmentVariable("ROS_AUTOMATIC_DISCOVERY_RANGE", reach),
            Node(
                package="v4l2_camera",
                executable="v4l2_camera_node",
                namespace=CAMERA,
                parameters=[
                    {
                        "video_device": LaunchConfiguration("video_device"),
                        "camera_info_url": LaunchConfiguration("camera_info_url"),
                        "camera_frame_id": CAMERA,
                    }
                ],
            ),
            Node(
                package="image_proc",
                executable="rectify_node",
                namespace=CAMERA,
                remappings=[("image", "image_raw")],
            ),
            Node(
                package="apriltag_ros",
                executable="apriltag_node",
                namespace=CAMERA,
                parameters=[LaunchConfiguration("tags")],
            ),
            OpaqueFunction(function=_stand),
            ExecuteProcess(
                cmd=[
                    *(sys.executable, "-m", "awac_ros.nodes.puck_from_tf", "--ros-args"),
                    *("-p", ["above:=", LaunchConfiguration("above")]),
                    *("-r", ["puck_pose:=", LaunchConfiguration("puck_topic")]),
                ],
                output="screen",
            ),
        ]
    )


def _stand(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Where the camera stands; AwacError unless that is seven numbers."""
    given = context.launch_configurations["camera_pose"]
    try:
        x, y, z, qx, qy, qz, qw = map(float, given.split())
    except ValueError as error:
        raise AwacError(f"camera_pose:={given!r} is not seven numbers; give x y z in m and qx qy qz qw") from error
    named = {
        "x": x,
        "y": y,
        "z": z,
        "qx": qx,
        "qy": qy,
        "qz": qz,
        "qw": qw,
        "frame-id": "base",
        "child-frame-id": CAMERA,
    }
    words = [word for name, value in named.items() for word in (f"--{name}", str(value))]
    return [Node(package="tf2_ros", executable="static_transform_publisher", arguments=words)]
