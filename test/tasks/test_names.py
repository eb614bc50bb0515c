import os
import subprocess
import sys
from pathlib import Path

import pytest

from awac_ros.errors import AwacError
from awac_ros.tasks import BoxTask, Pushing, PushingConfig, make_task, task_of, task_with_layout
from awac_ros.tasks.names import GROUP


def test_a_task_is_found_by_its_name() -> None:
    assert isinstance(make_task("pushing"), Pushing)


def test_an_unknown_task_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AwacError, match="task 'pulling' is not known; the tasks are pushing"):
        make_task("pulling")


def test_data_and_policies_are_of_the_task_that_has_their_layout() -> None:
    assert isinstance(task_of(Pushing().layout, "old"), Pushing)
    assert isinstance(task_with_layout(Pushing().layout.hash, "old"), Pushing)


def test_data_and_policies_of_a_task_that_is_not_here_are_refused() -> None:
    with pytest.raises(AwacError, match="old is of task Walker2d-v5, which is none of the arm's tasks here"):
        task_of(BoxTask("Walker2d-v5", 17, 6, 1000).layout, "old")
    other = Pushing(PushingConfig(max_speed=0.5)).layout
    with pytest.raises(AwacError, match="old holds data of task pushing"):
        task_of(other, "old")
    with pytest.raises(AwacError, match=f"old is of layout {other.hash}, which none of the arm's tasks here has"):
        task_with_layout(other.hash, "old")


def registered(folder: Path, source: str) -> str:
    """What make_task("mine") says where a package in `folder` registers `source`'s Mine under that name."""
    (folder / "my_task.py").write_text(source)
    about = folder / "my_task-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: my-task\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\nmine = my_task:Mine\n")
    code = "from awac_ros.tasks import make_task; print(type(make_task('mine')))"
    path = os.pathsep.join((str(folder), str(Path(__file__).resolve().parents[2])))
    ended = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    return ended.stdout + ended.stderr


def test_another_package_registers_a_task_by_an_entry_point(tmp_path: Path) -> None:
    source = """
from awac_ros.tasks import Pushing

class Mine(Pushing):
    name = "mine"
"""
    assert "<class 'my_task.Mine'>" in registered(tmp_path, source)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("import nothing_of_this_name", "task 'mine' can't be made of my_task:Mine (No module named"),
        ("Mine = dict", "my_task:Mine is registered as task 'mine'; make it an ArmTask of that name"),
        (
            "from awac_ros.tasks import Pushing as Mine",
            "my_task:Mine is registered as task 'mine'; make it an ArmTask of that name",
        ),
        ("from awac_ros.tasks import ArmTask as Mine", "task 'mine' can't be made of my_task:Mine (Can't instantiate"),
    ],
)
def test_a_registration_that_is_no_task_is_one_sentence(tmp_path: Path, source: str, sentence: str) -> None:
    assert f"AwacError: {sentence}" in registered(tmp_path, source)
