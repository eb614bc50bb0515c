"""The tasks by name, as parameters and command lines give them: this package's own, and those that others register.

Another package registers a task, without a change here, by an entry point in its metadata: group "awac_ros.tasks",
name the task's name, value a class of ArmTask that is made without arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from awac_ros.data import Layout
from awac_ros.errors import AwacError
from awac_ros.tasks.arm_task import ArmTask
from awac_ros.tasks.pushing import Pushing

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "awac_ros.tasks"


def make_task(name: str) -> ArmTask:
    """The task of this name; AwacError if there is none, or if who registered it gives something else."""
    if name not in TASKS:
        raise AwacError(f"task '{name}' is not known; the tasks are {', '.join(TASKS)}")
    return TASKS[name]()


def task_of(layout: Layout, source: str) -> ArmTask:
    """The arm's task that data of this layout are of; AwacError, naming `source`, if it is not installed."""
    if layout.task not in TASKS:
        raise AwacError(
            f"{source} is of task {layout.task}, which is none of the arm's tasks here ({', '.join(TASKS)}); install "
            "the package that brings it (docs/howto/own_task.md)"
        )
    task = make_task(layout.task)
    task.layout.check_same(layout, source)
    return task


def task_with_layout(layout_hash: str, source: str) -> ArmTask:
    """The arm's task whose layout has this hash; AwacError, naming `source`, if none that is installed has."""
    for name in TASKS:
        if (task := make_task(name)).layout.hash == layout_hash:
            return task
    raise AwacError(
        f"{source} is of layout {layout_hash}, which none of the arm's tasks here has ({', '.join(TASKS)}); install "
        "the package of its task, in the version that wrote this (docs/howto/own_task.md)"
    )


def _made(entry: EntryPoint) -> ArmTask:
    """The task of an entry point."""
    try:
        task = entry.load()()
    except (ImportError, AttributeError, TypeError) as error:
        raise AwacError(f"task '{entry.name}' can't be made of {entry.value} ({error}); correct its package") from error
    if not isinstance(task, ArmTask) or (task.name, task.layout.task) != (entry.name, entry.name):
        raise AwacError(f"{entry.value} is registered as task '{entry.name}'; make it an ArmTask of that name")
    return task


class _Tasks(Mapping[str, Callable[[], ArmTask]]):
    """Others' tasks are looked for once this package's own do not do: that takes a tenth of a node's start."""

    _own = {Pushing.name: Pushing}

    def __getitem__(self, name: str) -> Callable[[], ArmTask]:
        return self._own[name] if name in self._own else self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> dict[str, Callable[[], ArmTask]]:
        from importlib.metadata import entry_points

        others = (entry for entry in entry_points(group=GROUP) if entry.name not in self._own)
        return {**self._own, **{entry.name: partial(_made, entry) for entry in others}}


TASKS: Mapping[str, Callable[[], ArmTask]] = _Tasks()
