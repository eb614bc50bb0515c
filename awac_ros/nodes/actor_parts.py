"""What an actor is made of: read and checked when the node is configured, without motion."""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np
from rclpy.node import Node

from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError
from awac_ros.nodes.actor_config import EVAL, TRAIN, ActorConfig
from awac_ros.nodes.actor_topics import ActorTopics
from awac_ros.nodes.arm_client import ArmClient
from awac_ros.nodes.delivery import Delivery
from awac_ros.nodes.human import Human
from awac_ros.nodes.observer import Observer
from awac_ros.nodes.outbox import Outbox, open_journals
from awac_ros.nodes.policy_slot import PolicySlot
from awac_ros.tasks import ArmTask, WorldState, make_task

_LOCKSTEP_PATIENCE = 5.0
_TIP_DOWN = np.array([1.0, 0.0, 0.0, 0.0])


class ActorParts:
    """One actor's task, its sides of the graph, its policy and its outbox; a new one has a new id."""

    def __init__(self, node: Node, config: ActorConfig) -> None:
        """AwacError where the task is too fast for the arm, the policy is not of it, or the outbox can't be opened."""
        self.task = make_task(config.task)
        check_speed(self.task)
        self.actor_id = uuid.uuid4().hex
        self.observer = Observer(_LOCKSTEP_PATIENCE if config.lockstep else config.state_timeout)
        self.human = Human(config.teleop_timeout)
        self.slot = PolicySlot(self.task.layout)
        if config.weights:
            self.slot.load(Path(config.weights), time.monotonic())
        # An evaluation judges the file it was given, whatever a learner publishes meanwhile.
        follows_learner = config.mode == TRAIN or (config.mode == EVAL and not config.weights)
        self.topics = ActorTopics(
            node, self.task.layout, self.actor_id, self.observer, self.human, self.slot if follows_learner else None
        )
        self.out = Path(config.out or f"{tempfile.gettempdir()}/awac_actor_{self.actor_id}")
        """The folder that keeps what the buffer has not acknowledged."""
        trains = config.mode == TRAIN
        journals = open_journals(self.out, self.task.layout, self.actor_id) if trains else []
        self._passing = trains and not config.out
        self.outbox = Outbox(journals, config.max_queued)
        self.delivery = Delivery(node, self.outbox, self.task.layout)
        self.arm = ArmClient(node)

    def close(self) -> None:
        """Leave on disk what the buffer has not acknowledged; a temporary folder without that is removed."""
        self.outbox.close()
        if self._passing and not self.outbox.queued:
            shutil.rmtree(self.out)


def check_speed(task: ArmTask) -> None:
    """AwacError if a full action of one axis asks for more than the arm does: what is recorded would not be done."""
    scene = task.sample_scene(np.random.default_rng(0))
    world = WorldState(scene.p_base_tip, _TIP_DOWN, scene.p_base_puck)
    axes = np.eye(task.layout.action_size, dtype=np.float32)
    speed = max(float(np.linalg.norm(task.twist(action, world)[:3])) for action in (*axes, *-axes))
    if speed > SafetyLimits.linear_speed:
        raise AwacError(
            f"task {task.layout.task} asks for {speed:.2f} m/s along one axis, but the arm does "
            f"{SafetyLimits.linear_speed} m/s at most; let its action of 1 mean less"
        )
