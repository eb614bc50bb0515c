"""Tasks: what is observed, what an action means, what is rewarded."""

from awac_ros.tasks.arm_task import ArmTask, Scene, WorldState
from awac_ros.tasks.box import BoxTask
from awac_ros.tasks.names import TASKS, make_task, task_of, task_with_layout
from awac_ros.tasks.pushing import Pushing, PushingConfig
from awac_ros.tasks.task import GoalTask, Task

__all__ = [
    "TASKS",
    "ArmTask",
    "BoxTask",
    "GoalTask",
    "Pushing",
    "PushingConfig",
    "Scene",
    "Task",
    "WorldState",
    "make_task",
    "task_of",
    "task_with_layout",
]
