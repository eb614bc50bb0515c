"""What a graph says about itself, as lines of JSON: for one that is heard only from within its host.

`python -m awac_ros.soak.watcher NAMESPACE` prints a `Sight` every tenth of a second until it is ended.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

from sensor_msgs.msg import JointState

from awac_msgs.msg import ActorStatus, BufferStatus, LearnerStatus
from awac_ros.nodes.qos import LATCHED, STATE
from awac_ros.runs.monitor import Monitor

_EVERY = 0.1


@dataclass
class Sight:
    """The newest of everything."""

    at: float = 0.0
    """Monotonic s."""
    joint_states: int = 0
    """How many were heard."""
    acted: int = 0
    version: int = -1
    """Of the policy that the actor uses."""
    stored: int = 0
    trained: int = 0


def watch(namespace: str) -> None:
    """Print what is seen, for ever."""
    sight = Sight()

    def take_actor(message: ActorStatus) -> None:
        sight.acted, sight.version = message.acted, message.policy_version

    def take_buffer(message: BufferStatus) -> None:
        sight.stored = message.stored

    def take_learner(message: LearnerStatus) -> None:
        sight.trained = message.environment_steps

    def take_state(_: JointState) -> None:
        sight.joint_states += 1

    with Monitor(namespace) as monitor:
        monitor.listen(ActorStatus, "actor/status", LATCHED, take_actor)
        monitor.listen(BufferStatus, "buffer/status", LATCHED, take_buffer)
        monitor.listen(LearnerStatus, "learner/status", LATCHED, take_learner)
        monitor.listen(JointState, "joint_states", STATE, take_state)
        due = 0.0
        while True:
            monitor.spin(_EVERY)
            if (now := time.monotonic()) >= due:
                sight.at, due = now, now + _EVERY
                print(json.dumps(asdict(sight)), flush=True)


if __name__ == "__main__":
    watch(sys.argv[1])
