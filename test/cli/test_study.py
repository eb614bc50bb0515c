"""awac study: lists, refuses in one sentence, and goes on after Ctrl-C."""

import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from awac_ros.cli import app
from awac_ros.studies.folder import StudyFolder

runner = CliRunner()


def refused(*words) -> str:
    result = runner.invoke(app, ["study", *map(str, words)])
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    return result.stderr


def test_the_list_names_every_study_and_its_methods():
    text = runner.invoke(app, ["study", "--list"]).stdout
    for name in ("pen", "door", "door-human", "relocate", "hammer", "halfcheetah", "walker2d", "ant", "pushing"):
        assert f"\n{name}: " in f"\n{text}"
    assert "awac, bc, sac, sacfd, sac-pretrained" in text


def test_an_unknown_study_is_refused():
    assert "there is no study 'pencil'; the studies are pushing, options, pen," in refused("pencil")
    assert "--list" in refused()


def test_missing_data_are_refused(tmp_path):
    sentence = refused("pen", "--data", tmp_path, "--out", tmp_path / "out")
    assert f"{tmp_path / 'pen_dapg_policy.h5'}: there is no such file" in sentence
    assert "--data" in refused("pen", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_method_and_an_unknown_environment_are_refused(tmp_path):
    assert "has no method 'td3'" in refused("smoke", "--methods", "awac,td3", "--out", tmp_path)
    assert "environment Pencil-v0 can't be made" in refused("Pencil-v0", "--prior", "demos.h5", "--out", tmp_path)
    assert "goes with --prior" in refused("smoke", "--success-reward", "--out", tmp_path)


@pytest.fixture
def start(tmp_path):
    words = [sys.executable, "-c", "from awac_ros.cli import app; app()", "study", "smoke", "--out", str(tmp_path)]
    words += ["--methods", "awac", "--seeds", "1", "--env-steps", "130", "--jobs", "1"]
    words += ["--evaluation-steps", "40", "--evaluation-episodes", "3"]
    started = []

    def starter():
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        return started[-1]

    yield starter
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_ctrl_c_ends_a_study_and_the_same_command_goes_on(start, tmp_path):
    folder = StudyFolder(tmp_path)
    first = start()
    for line in first.stdout:
        if "after 50 updates" in line:
            first.send_signal(signal.SIGINT)
            break
    said, _ = first.communicate()
    assert first.returncode == 130
    assert "the same command goes on" in said and "Traceback" not in said
    assert not folder.seed("awac", 0).finished
    second = start()
    said, _ = second.communicate()
    assert second.returncode == 0, said
    assert "prior data" not in said
    assert [row.env_steps for row in folder.seed("awac", 0).rows()] == [0, 0, 40, 80, 120, 130]
    results = folder.results.read_text()
    assert "| awac | 1 of 1 |" in results and "of 3 episodes without noise" in results
