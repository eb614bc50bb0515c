"""The pushing graph through the driver, the puck tracked on another topic: PyBullet stands behind the ROS 1 side."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml
from geometry_msgs.msg import PoseStamped
from std_srvs.srv import Trigger

from awac_msgs.msg import ArmStatus
from awac_ros.data import Outcome, demos
from awac_ros.nodes import qos
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.messages import pose_message
from awac_ros.nodes.up import up
from awac_ros.rehearsal.stand_in import StandIn
from awac_ros.resources import resource
from awac_ros.tasks import Pushing


def test_a_demonstration_is_collected_on_the_robot_with_a_tracker_of_its_own(world, tmp_path: Path) -> None:
    stand_in = StandIn(tmp_path, "bullet")
    parameters = yaml.safe_load(resource("config/pushing.yaml").read_text())
    parameters["/**/arm"]["ros__parameters"]["robot_port"] = stand_in.start_agent()
    (tmp_path / "parameters.yaml").write_text(yaml.safe_dump(parameters))
    tracker = world.node.create_publisher(PoseStamped, "tracker/puck", qos.STATE)
    pucks = []

    def track() -> None:
        pucks.append(stand_in.steer("puck"))
        tracker.publish(pose_message(world.node.get_clock().now().to_msg(), pucks[-1]))

    stops = []
    resume = world.node.create_client(Trigger, "arm/resume")

    def stand_by(status: ArmStatus) -> None:
        """A busy machine may stop the arm, which is told."""
        stops.append(status.stopped and status.stop_reason)
        if status.stopped and resume.service_is_ready():
            resume.call_async(Trigger.Request())

    world.node.create_timer(0.05, track)
    world.node.create_subscription(ArmStatus, "arm/status", stand_by, qos.LATCHED)
    arguments = {
        "mode": "collect",
        "sim": False,
        "teleop": "scripted",
        "puck_topic": "tracker/puck",
        "episodes": 1,
        "seed": 5,  # its first scenes all have the goal far from the puck
        "out": str(tmp_path / "out"),
        "params_file": str(tmp_path / "parameters.yaml"),
    }
    try:
        with up(PUSHING, arguments, tmp_path / "logs", echo=None) as session:
            world.until(session.poll)
        status = stand_in.status()
    finally:
        stand_in.close()
    (episode,) = demos.read(tmp_path / "out/demos.hdf5", Pushing().layout)
    assert episode.outcome is Outcome.SUCCESS
    seen = episode.transitions.observation[:, 2:4]
    tracked = np.array(pucks)[:, :2]
    assert np.linalg.norm(seen[-1] - tracked[0]) > 0.08, "the puck was not pushed, so the test says nothing"
    assert np.linalg.norm(tracked - seen[-1], axis=1).min() < 0.01
    told = sum(bool(now) and not before for before, now in pairwise([False, *stops]))
    assert status["refused"] == [] and status["timeouts"] <= told, "the robot waited for commands and nobody was told"
