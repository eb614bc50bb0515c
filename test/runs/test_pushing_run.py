"""`awac pushing` through the real graph: Ctrl-C leaves everything readable, and the same command goes on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from awac_ros.data import demos
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.runs.evaluate import read_policy
from awac_ros.runs.pushing import run_pushing
from awac_ros.runs.settings import PushingSettings
from awac_ros.tasks import Pushing

TINY = {"demos": 2, "random-episodes": 2, "offline-updates": 20, "env-steps": 230, "evaluation-episodes": 1}
FIRST_EPISODE = 200
PATIENCE = 300.0


def begin(out) -> subprocess.Popen:
    options = [word for name, value in TINY.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-c", "from awac_ros.cli import app; app()", "pushing", "--out", str(out), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def trained(out) -> int:
    record = out / "learner.json"
    return json.loads(record.read_text())["environment_steps"] if record.exists() else 0


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run interrupted after its first online episode and ended by the same command: its folder, and what it said."""
    out = tmp_path_factory.mktemp("run") / "pushing"
    deadline = time.monotonic() + PATIENCE
    with begin(out) as process:
        while trained(out) < FIRST_EPISODE and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said = [process.communicate(timeout=PATIENCE)[0]]
    assert process.returncode == 130, said[0]
    with TransitionStore(out / "store.sqlite", Pushing().layout, read_only=True) as store:
        assert store.total >= FIRST_EPISODE
    checkpoint.read_policy(out / "checkpoints", Pushing().layout.hash)
    with begin(out) as process:
        said.append(process.communicate(timeout=PATIENCE)[0])
    assert process.returncode == 0, said[1]
    return out, said


def test_ctrl_c_says_in_one_line_how_to_go_on(run):
    out, said = run
    assert said[0].splitlines()[-1] == f"Stopped. Nothing is lost: the same command goes on with {out}"
    assert "Traceback" not in said[0]


def test_the_same_command_goes_on_where_it_stopped(run):
    out, said = run
    assert f"Going on with {out}" in said[1]
    assert "Fine-tuning online" in said[1]
    assert "demonstrations" not in said[1] and "Training offline" not in said[1]


def test_every_transition_was_acted_stored_and_trained_on_once(run):
    report = json.loads((run[0] / "report.json").read_text())
    counts = dict.fromkeys(("acted", "stored", "trained"), TINY["env-steps"])
    assert report["transitions"] == counts | {"repeated_keys": 0, "without_version": 0}
    assert report["online"]["env_steps"] == TINY["env-steps"]
    with TransitionStore(run[0] / "store.sqlite", Pushing().layout, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    assert len(set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))) == len(rows)
    assert (rows.policy_version >= 1).all()


def test_the_ratio_of_updates_to_steps_is_held_over_the_interruption(run):
    report = json.loads((run[0] / "report.json").read_text())
    assert report["online"]["updates"] == 4 * TINY["env-steps"]


def test_the_report_judges_before_and_after(run):
    report = json.loads((run[0] / "report.json").read_text())
    assert report["offline"]["updates"] == TINY["offline-updates"]
    assert report["offline"]["episodes"] == report["online"]["episodes"] == 1
    assert report["prior_data"]["demos"]["episodes"] == 2
    assert set(report["seconds"]) == {"demos", "random", "offline", "before", "online", "after", "report", "total"}


def test_all_artefacts_are_there(run):
    out = run[0]
    assert demos.count(out / "demos.hdf5") == 2
    assert demos.count(out / "random.hdf5") == 2
    for name in ("curves.png", "scene.png"):
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    assert "success at the end" in (out / "report.md").read_text()
    assert any((out / "tensorboard").iterdir())
    assert {path.stem for path in (out / "logs").iterdir()} >= {"arm", "actor", "buffer", "learner", "recorder"}
    assert read_policy(out).layout_hash == Pushing().layout.hash


def test_a_finished_run_is_left_as_it_is(run):
    before = (run[0] / "report.json").read_bytes()
    settings = PushingSettings(**{name.replace("-", "_"): value for name, value in TINY.items()})
    assert run_pushing(settings, run[0])
    assert (run[0] / "report.json").read_bytes() == before


@pytest.mark.parametrize(("name", "prior"), [("demos.hdf5", "demos"), ("random.hdf5", "random")])
def test_a_damaged_file_of_episodes_is_named_and_nothing_is_started(tmp_path, name, prior):
    settings = PushingSettings(prior=prior)
    (tmp_path / "settings.json").write_text(json.dumps(settings.to_dict()))
    (tmp_path / name).write_bytes(os.urandom(1000))
    with pytest.raises(AwacError, match=name):
        run_pushing(settings, tmp_path)
    assert not (tmp_path / "logs").exists()
