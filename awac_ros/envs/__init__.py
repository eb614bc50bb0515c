"""Gymnasium environments: `gymnasium.make("awac_ros/SawyerPush-v0")` after `import awac_ros.envs`."""

from __future__ import annotations

from typing import Any

import gymnasium

from awac_ros.arms import make_arm
from awac_ros.envs.simulated import SimulatedTask
from awac_ros.tasks import Pushing, PushingConfig

PUSHING_ID = "awac_ros/SawyerPush-v0"


def make_pushing(render_mode: str | None = None, **config: Any) -> SimulatedTask:
    """The pushing task on the PyBullet arm; keywords are the fields of PushingConfig."""
    return SimulatedTask(Pushing(PushingConfig(**config)), make_arm("bullet"), render_mode)


gymnasium.register(
    PUSHING_ID,
    entry_point=make_pushing,
    max_episode_steps=PushingConfig.horizon,
    disable_env_checker=True,  # the tests run gymnasium's own; at every step it would cost a fiftieth of the speed
)
