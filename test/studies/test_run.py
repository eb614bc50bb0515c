"""A run that is killed at any time goes on to the same rows and the same policy, bit for bit."""

from dataclasses import replace

import pytest

from awac_ros.data.json_file import write_json
from awac_ros.data.lock import locked
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights
from awac_ros.studies.folder import StudyFolder
from awac_ros.studies.run import run


def rows_without_times(seed_folder):
    return [replace(row, seconds=0.0, updates_per_second=0.0) for row in seed_folder.rows()]


def kill_after(process, words):
    """Read what the process says until `words` come, and kill it there."""
    for line in process.stdout:
        if line.startswith(words):
            process.kill()
            process.wait()
            return
    raise AssertionError(f"the process never said {words!r}")


@pytest.fixture(scope="module")
def undisturbed(smoke, smoke_prior, tmp_path_factory):
    """Every variant's folder after a run that nothing disturbed."""
    made = StudyFolder(tmp_path_factory.mktemp("undisturbed"))
    for variant in smoke.variants:
        run(smoke, variant, 0, made.seed(variant.name, 0), smoke_prior, print)
    return {variant.name: made.seed(variant.name, 0) for variant in smoke.variants}


def test_evaluations_come_at_the_stated_updates_and_environment_steps(undisturbed):
    assert [(row.stage, row.updates, row.env_steps) for row in undisturbed["awac"].rows()] == [
        ("offline", 50, 0),
        ("offline", 100, 0),
        ("online", 150, 50),
        ("online", 200, 100),
        ("online", 230, 130),
    ]


def test_a_variant_without_online_updates_ends_with_offline_training(undisturbed):
    assert [(row.updates, row.env_steps) for row in undisturbed["bc"].rows()] == [(50, 0), (100, 0)]


def test_steps_of_the_warm_up_bring_no_updates(undisturbed):
    assert [(row.updates, row.env_steps) for row in undisturbed["sac"].rows()] == [
        (0, 0),
        (20, 50),
        (70, 100),
        (100, 130),
    ]


def test_a_finished_run_leaves_its_policy_and_no_checkpoints(undisturbed):
    for folder in undisturbed.values():
        weights = PolicyWeights.from_bytes(folder.policy.read_bytes(), source="the policy")
        last = folder.rows()[-1]
        assert (weights.learner_step, weights.environment_steps) == (last.updates, last.env_steps)
        assert not folder.checkpoints.exists()
        assert list(folder.tensorboard.iterdir())


@pytest.mark.parametrize(
    ("variant", "checkpoint_seconds", "kills"),
    [
        ("awac", 0.0, ["checkpoint at 50 updates", "online: evaluated after 200"]),
        ("sac", 1e6, ["online: evaluated after 70"]),
    ],
    ids=["between checkpoints", "several evaluations after the last checkpoint"],
)
def test_a_killed_run_goes_on_to_the_same_end(smoke, folder, start, undisturbed, variant, checkpoint_seconds, kills):
    write_json(folder.study_file, replace(smoke, checkpoint_seconds=checkpoint_seconds).to_dict())
    for words in kills:
        kill_after(start("run", folder.path, variant, 0), words)
        assert not folder.seed(variant, 0).finished
    last = start("run", folder.path, variant, 0)
    said, _ = last.communicate()
    assert last.returncode == 0, said
    assert "evaluated after 50 updates and 0" not in said
    there, here = undisturbed[variant], folder.seed(variant, 0)
    assert rows_without_times(here) == rows_without_times(there)
    assert here.policy.read_bytes() == there.policy.read_bytes()


def test_a_finished_run_is_left_alone(smoke, undisturbed):
    before = undisturbed["bc"].rows_file.read_bytes()
    run(smoke, smoke.variant("bc"), 0, undisturbed["bc"], None, print)
    assert undisturbed["bc"].rows_file.read_bytes() == before


def test_two_processes_never_share_a_run(smoke, folder):
    place = folder.seed("bc", 0)
    place.path.mkdir(parents=True)
    with locked(place.path), pytest.raises(AwacError, match="in use by another process"):
        run(smoke, smoke.variant("bc"), 0, place, None, print)
