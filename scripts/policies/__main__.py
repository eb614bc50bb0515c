"""python -m scripts.policies [FOLDER]: write the policy of every node into config/sros2/, or into FOLDER."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import rclpy

from awac_ros.nodes.camera import TOPIC
from scripts.policies.policy import policy
from scripts.reference.kinds import Surroundings
from scripts.reference.running import Endpoint, endpoints

_LATER = {"console": [Endpoint("subscribes to", TOPIC, "sensor_msgs/msg/CompressedImage", "")]}
"""What a node makes only once somebody looks."""


def main(folder: Path) -> None:
    """Start every node in each of its variations, and write what it was seen to use."""
    folder.mkdir(parents=True, exist_ok=True)
    rclpy.init(args=["--ros-args", "--log-level", "warn"])
    try:
        with TemporaryDirectory(prefix="awac_policies_") as place, closing(Surroundings(Path(place))) as around:
            for name, kind in around.kinds.items():
                (folder / f"{name}.policy.xml").write_text(policy(name, [*endpoints(kind), *_LATER.get(name, [])]))
    finally:
        rclpy.try_shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "config/sros2"))
