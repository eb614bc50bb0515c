"""The commands explain themselves, and bad input is one sentence on stderr with exit code 2."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from awac_ros.bench.data import random_transitions
from awac_ros.cli import app
from awac_ros.data import Episode, Outcome, demos
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing, PushingConfig

runner = CliRunner()
COMMANDS = sorted(get_command(app).commands)


def refused(*words) -> str:
    """What a command that must be refused says on stderr."""
    result = runner.invoke(app, [str(word) for word in words])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.stderr


def test_the_help_lists_every_command():
    text = runner.invoke(app, ["--help"]).stdout
    assert all(command in text for command in COMMANDS)


@pytest.mark.parametrize(
    "words", [[command] for command in COMMANDS] + [["bench", part] for part in ("actor", "sim")] + [["data", "import"]]
)
def test_every_command_explains_itself(words):
    result = runner.invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 10


def test_an_explanation_is_broken_at_the_terminals_own_width():
    said = runner.invoke(app, ["data", "info", "--help"], env={"COLUMNS": "200"}).output
    assert "a buffer's store, a run's folder, or whatever else awac data import reads." in said


def test_show_args_explains_every_launch_argument():
    text = runner.invoke(app, ["up", "pushing", "--show-args"]).stdout
    for name in ("mode", "sim", "demos", "namespace", "params_file", "use_sim_time", "log_level"):
        assert name in text


def test_an_unknown_option_value_is_refused():
    assert "expert" in refused("pushing", "--prior", "expert")
    assert "seed" in refused("pushing", "--seed", "-1")


def test_an_unknown_graph_and_an_unknown_launch_argument_are_refused():
    assert "there is no graph 'door'" in refused("up", "door")
    assert "did you mean mode" in refused("up", "pushing", "mod:=train")
    assert "choose one of" in refused("up", "pushing", "mode:=fly")


def test_training_without_data_is_refused(tmp_path):
    assert "nothing to begin with" in refused("train", "--out", tmp_path)
    assert "is not there" in refused("train", "--out", tmp_path, "--demos", tmp_path / "nowhere.hdf5")


def test_random_episodes_do_not_replace_a_file_that_is_there(tmp_path):
    (tmp_path / "old.hdf5").write_text("precious")
    assert "is there already" in refused("random", "--out", tmp_path / "old.hdf5")
    assert (tmp_path / "old.hdf5").read_text() == "precious"


def test_a_folder_that_holds_something_else_is_not_taken_as_a_run(tmp_path):
    (tmp_path / "letter.txt").touch()
    sentence = refused("pushing", "--out", tmp_path)
    assert "holds no pushing run" in sentence
    assert len(sentence.strip().splitlines()) == 1


def test_a_checkpoint_of_another_layout_is_refused(tmp_path):
    Trainer(Pushing(PushingConfig(max_speed=0.5)), TrainerConfig(), seed=0).save(tmp_path)
    sentence = refused("eval", "--checkpoint", tmp_path)
    assert "layout" in sentence
    assert len(sentence.strip().splitlines()) == 1


def test_a_damaged_checkpoint_is_refused(tmp_path):
    policy = Trainer(Pushing(), TrainerConfig(), seed=0).save(tmp_path) / "policy.safetensors"
    policy.write_bytes(policy.read_bytes()[:-1])
    sentence = refused("eval", "--checkpoint", tmp_path)
    assert "SHA-256" in sentence
    assert len(sentence.strip().splitlines()) == 1


@pytest.mark.parametrize(("kind", "words"), [("another task's", "holds data of task"), ("truncated", "is truncated")])
@pytest.mark.parametrize(
    "command",
    [
        ("train", "--out", "{out}", "--demos", "{file}"),
        ("train", "--out", "{out}", "--prior", "{file}"),
        ("collect", "--demos", "{file}"),
        ("up", "pushing", "mode:=train", "out:={out}", "demos:={file}"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_episodes_that_can_not_be_used_are_refused_before_anything_starts(tmp_path, kind, words, command):
    task = Pushing(PushingConfig(max_speed=0.5)) if kind == "another task's" else Pushing()
    file, out = tmp_path / "old.hdf5", tmp_path / "out"
    demos.write(file, task.layout, [Episode(random_transitions(task.layout, 5, seed=0), Outcome.SUCCESS)])
    if kind == "truncated":
        file.write_bytes(file.read_bytes()[:-100])
    before = file.read_bytes()
    sentence = refused(*(word.format(out=out, file=file) for word in command))
    assert f"{file}" in sentence and words in sentence
    assert len(sentence.strip().splitlines()) == 1
    assert file.read_bytes() == before and not out.exists()


def test_a_list_of_sources_that_can_not_be_used_is_refused_before_anything_starts(tmp_path):
    (tmp_path / "prior.yaml").write_text("sources: [{path: nowhere.hdf5}]")
    sentence = refused("train", "--out", tmp_path / "out", "--prior", tmp_path / "prior.yaml")
    assert "prior.yaml: source 1: " in sentence and "nowhere.hdf5 is not there" in sentence
    assert not (tmp_path / "out").exists()


def test_a_missing_checkpoint_is_refused(tmp_path):
    assert "no policy here" in refused("eval", "--checkpoint", tmp_path / "nowhere")
