"""The workspace box is taught by the cuff, and the arm keeps to it."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from awac_ros.arms.kinematics import Kinematics
from awac_ros.errors import AwacError
from awac_ros.nodes.description import Start
from awac_ros.nodes.up import Session
from awac_ros.rehearsal.stand_in import StandIn
from awac_ros.resources import resource
from awac_ros.runs import teach_box
from awac_ros.runs.monitor import own_namespace
from awac_ros.runs.teach_box import BoxTeacher, TaughtBox, misses_task, write_box

CORNERS = np.array([[0.45, -0.25, 0.055], [0.75, 0.25, 0.3]])


def test_the_box_holds_what_was_taught_and_never_more() -> None:
    box = TaughtBox()
    for place in ([0.4567, 0.25, 0.2], [0.75, -0.2504, 0.03], [0.6, 0.0, 0.31239]):
        box.add(np.array(place))
    limits = box.limits()
    assert limits.workspace_low == (0.457, -0.25, 0.05)
    assert limits.workspace_high == (0.75, 0.25, 0.312)


def test_what_is_no_box_is_refused() -> None:
    box = TaughtBox()
    with pytest.raises(AwacError, match="led nowhere"):
        box.limits()
    box.add(np.array([0.6, 0.0, 0.2]))
    with pytest.raises(AwacError, match="every side at least 0.05 m long"):
        box.limits()


def test_a_box_that_misses_the_tasks_starts_is_told_of() -> None:
    box = TaughtBox()
    for corner in CORNERS:
        box.add(np.array(corner))
    assert misses_task(box.limits()) is None
    small = TaughtBox()
    for corner in ([0.55, -0.1, 0.055], [0.65, 0.1, 0.3]):
        small.add(np.array(corner))
    assert "x 0.5 to 0.7" in misses_task(small.limits())


def test_without_an_arm_node_teaching_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teach_box, "SILENCE", 0.5)
    with BoxTeacher("nobody_here") as teacher, pytest.raises(AwacError, match="no arm node offers arm/stop"):
        teacher.stop_arm()


def test_a_file_without_the_arms_parameters_is_refused_and_nothing_written(tmp_path: Path) -> None:
    box = TaughtBox()
    for corner in CORNERS:
        box.add(np.array(corner))
    (tmp_path / "other.yaml").write_text("a: 1")
    for source, word in ((tmp_path / "other.yaml", "has no parameters"), (tmp_path / "none.yaml", "can't be read")):
        with pytest.raises(AwacError, match=word):
            write_box(tmp_path / "box.yaml", source, box.limits())
    assert not (tmp_path / "box.yaml").exists()


def test_the_tip_led_by_the_cuff_teaches_the_box_that_the_arm_node_takes(stand_in: StandIn, tmp_path: Path) -> None:
    kinematics, namespace, out = Kinematics(), own_namespace(), tmp_path / "box.yaml"
    parameters = {"arm": "sawyer", "robot_port": stand_in.agent_port}
    start = Start("arm", parameters, resource("config/pushing.yaml"), namespace, "info", ends_graph=False)
    command = [sys.executable, "-c", "from awac_ros.cli import app; app()", "teach-box"]
    command += ["--out", str(out), "--namespace", namespace]
    with Session([start], tmp_path, echo=None):
        teaching = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert "The arm is stopped" in teaching.stdout.readline()
        begin = time.monotonic()
        stand_in.steer("cuff", True)
        with BoxTeacher(namespace) as seeing:
            seeing.follow(lambda: seeing.box.begun)
            for corner in map(np.array, CORNERS):
                stand_in.steer("lead", kinematics.inverse(corner).tolist())
                seeing.follow(lambda corner=corner: np.linalg.norm(seeing.tip - corner) < 0.005)
        said, _ = teaching.communicate("\n", timeout=30.0)
        led = np.array(stand_in.steer("history", begin))[:, 2:]
    assert teaching.returncode == 0 and f"params_file:={out}" in said
    taught = yaml.safe_load(out.read_text())["/**/arm"]["ros__parameters"]
    low, high = np.array(taught["workspace_low"]), np.array(taught["workspace_high"])
    assert (low <= CORNERS[0] + 0.007).all() and (high >= CORNERS[1] - 0.007).all()
    assert (low >= led.min(axis=0) - 1e-6).all() and (high <= led.max(axis=0) + 1e-6).all()
    assert taught["command_timeout"] == 0.2
