"""The tasks by name, as parameters and command lines give them: this package's own, and those that others register.

Another package registers a task, without a change here, by an entry point in its metadata: group "awac_ros.tasks",
name the task's name, value a class of ArmTask that is made without arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.metadata import EntryPoint, entry_points

from awac_ros.errors import AwacError
from awac_ros.tasks.arm_task import ArmTask
from awac_ros.tasks.pushing import Pushing

GROUP = "awac_ros.tasks"


def make_task(name: str) -> ArmTask:
    """The task of this name; AwacError if there is none, or if who registered it gives something else."""
    if name not in TASKS:
        raise AwacError(f"task '{name}' is not known; the tasks are {', '.join(TASKS)}")
    return TASKS[name]()


def _made(entry: EntryPoint) -> ArmTask:
    """The task of an entry point."""
    try:
        task = entry.load()()
    except (ImportError, AttributeError, TypeError) as error:
        raise AwacError(f"task '{entry.name}' can't be made of {entry.value} ({error}); correct its package") from error
    if not isinstance(task, ArmTask) or (task.name, task.layout.task) != (entry.name, entry.name):
        raise AwacError(f"{entry.value} is registered as task '{entry.name}'; make it an ArmTask of that name")
    return task


TASKS: dict[str, Callable[[], ArmTask]] = {
    **{entry.name: partial(_made, entry) for entry in entry_points(group=GROUP)},
    Pushing.name: Pushing,
}
