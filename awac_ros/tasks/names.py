"""The tasks by name, as parameters and command lines give them."""

from __future__ import annotations

from collections.abc import Callable

from awac_ros.errors import AwacError
from awac_ros.tasks.arm_task import ArmTask
from awac_ros.tasks.pushing import Pushing

TASKS: dict[str, Callable[[], ArmTask]] = {Pushing.name: Pushing}


def make_task(name: str) -> ArmTask:
    """The task of this name; AwacError if there is none."""
    if name not in TASKS:
        raise AwacError(f"task '{name}' is not known; the tasks are {', '.join(TASKS)}")
    return TASKS[name]()
