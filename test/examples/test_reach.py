"""examples/reach: a task of one's own, outside the package, as docs/howto/own_task.md says."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from PIL import Image

from awac_ros.arms import make_arm
from awac_ros.data.json_file import read_json
from awac_ros.envs.simulated import SimulatedTask

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "reach"
PAGE = (ROOT / "docs" / "howto" / "own_task.md").read_text()


@pytest.fixture
def task(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)
    from reach import Reach

    return Reach()


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """That of a shell in which the example is installed."""
    folder = tmp_path_factory.mktemp("reach")
    shutil.copytree(EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(folder / "source")], check=True)
    return {**os.environ, "PYTHONPATH": f"{folder / 'site'}:{ROOT}"}


@pytest.fixture(scope="module")
def learned(environment, tmp_path_factory):
    """The folder that learn.py leaves, and what it says."""
    folder = tmp_path_factory.mktemp("learned")
    words = [sys.executable, str(EXAMPLE / "learn.py"), str(folder)]
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return folder, ended.stdout


def awac(environment, *words):
    code = "from awac_ros.cli import app; app()"
    return subprocess.run([sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True)


def test_the_task_makes_a_gymnasium_environment(task):
    env = SimulatedTask(task, make_arm("bullet"))
    check_env(env, skip_render_check=True)
    env.close()


def test_the_task_keeps_its_promises(task):
    rng = np.random.default_rng(0)
    scene = task.sample_scene(rng)
    goals = task.sample_goals(rng, 5)
    observation = np.concatenate((scene.p_base_tip, scene.goal)).astype(np.float32)
    assert task.layout.observation_size == len(observation)
    np.testing.assert_allclose(task.scene(observation).p_base_tip, scene.p_base_tip, atol=1e-6)
    rows = task.with_goal(np.tile(observation, (5, 1)), goals)
    np.testing.assert_array_equal(task.achieved_goal(rows), np.tile(observation[:3], (5, 1)))
    assert task.success(task.with_goal(rows, task.achieved_goal(rows))).all()
    assert (task.reward(rows) == -task.distance(rows)).all() and not task.success(rows).all()
    action = np.array([0.5, -1.0, 0.25], np.float32)
    np.testing.assert_allclose(task.action(task.twist(action, None)), action)
    assert task.features()[0].shape == (9, 6)


def test_it_is_learned_from_random_motion_without_ros(learned):
    before, after = (int(share) for share in re.findall(r"(\d+)%", learned[1]))
    assert before <= 20 and after >= 80, learned[1]


def test_it_is_learned_further_through_the_ros_graph(environment, learned):
    folder, _ = learned
    out = f"out:={folder}"
    ended = awac(environment, "up", "pushing", "task:=reach", "mode:=train", "lockstep:=true", out, "env_steps:=60")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    record = read_json(folder / "learner.json")
    assert (record["environment_steps"], record["finished"]) == (60, True)


def test_commands_take_the_task_from_the_policys_layout(environment, learned, tmp_path):
    folder, _ = learned
    figures = tmp_path / "judged.json"
    words = ["eval", "--checkpoint", str(folder), "--episodes", "5", "--json", str(figures)]
    ended = awac(environment, *words)
    assert ended.returncode == 0, ended.stderr
    assert read_json(figures)["task"] == "reach" and read_json(figures)["final_success"] >= 0.6
    film = tmp_path / "film.gif"
    ended = awac(environment, "film", str(folder), "--out", str(film), "--scenes", "1", "--width", "128")
    assert "1 of 1 goals reached" in ended.stdout and Image.open(film).n_frames > 1


def test_commands_take_the_task_from_the_datas_layout(environment, learned, tmp_path):
    folder, _ = learned
    out, data = tmp_path / "hindsight.hdf5", str(folder / "random.hdf5")
    words = ["data", "relabel", data, "--reward", "sparse", "--goal", "achieved", "--out", str(out)]
    ended = awac(environment, *words)
    assert "100 success" in ended.stdout, ended.stderr
    words = ["data", "replay", data, "demo_0", "--out", str(tmp_path / "strip.png"), "--json"]
    assert json.loads(awac(environment, *words).stdout)["deviation"] < 2e-3


def test_where_the_task_is_not_installed_one_sentence_says_so(learned):
    folder, _ = learned
    ended = awac({**os.environ, "PYTHONPATH": str(ROOT)}, "eval", "--checkpoint", str(folder))
    assert ended.returncode == 2 and "Traceback" not in ended.stderr
    assert f"{folder} is of layout" in ended.stderr and "install the package of its task" in ended.stderr
    data = ["data", "relabel", str(folder / "random.hdf5"), "--out", str(folder / "no.hdf5")]
    ended = awac({**os.environ, "PYTHONPATH": str(ROOT)}, *data)
    assert ended.returncode == 2 and "random.hdf5 is of task reach, which is none of" in ended.stderr


def test_the_scripted_operator_refuses_a_task_that_it_does_not_know(environment, tmp_path):
    ended = awac(environment, "up", "pushing", "task:=reach", "mode:=collect", f"out:={tmp_path}")
    assert ended.returncode == 2
    assert "the scripted operator only pushes; drive task:=reach yourself" in ended.stderr


def test_the_page_shows_the_example_as_it_is():
    shown = re.findall(r"^```(?:python|toml)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    sources = "".join((EXAMPLE / name).read_text() for name in ("reach.py", "learn.py", "pyproject.toml"))
    assert shown and all(block.strip() in sources for block in shown)


def test_the_page_names_launch_arguments_that_exist():
    from awac_ros.nodes.graph import PUSHING

    lines = [line.partition("#")[0] for line in PAGE.splitlines() if line.startswith("awac up pushing")]
    assert len(lines) >= 3
    for line in lines:
        PUSHING.parse(shlex.split(line)[3:])
