"""Offline training leaves its policies, and goes on from its newest checkpoint."""

import pytest

from awac_ros.bench.data import random_transitions
from awac_ros.data import Episode, Outcome
from awac_ros.learning.weights import PolicyWeights
from awac_ros.runs import offline
from awac_ros.tasks import Pushing

TASK = Pushing()
EPISODE = Episode(random_transitions(TASK.layout, 200, seed=0), Outcome.FAILURE)


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(offline, "UPDATES_BETWEEN_SCALARS", 2)
    monkeypatch.setattr(offline, "UPDATES_BETWEEN_CHECKPOINTS", 4)


def train(folder, updates, told=lambda updates: None):
    trainer = offline.begin(TASK, [EPISODE], 0, folder / "checkpoints")
    offline.train(trainer, updates, folder / "checkpoints", folder / "policies", folder / "tensorboard", told)


def policies(folder):
    return {path.name: path.read_bytes() for path in (folder / "policies").iterdir()}


def test_a_policy_lies_at_every_checkpoint_and_at_the_end(tmp_path):
    train(tmp_path, 6)
    assert set(policies(tmp_path)) == {"offline_000004.safetensors", "offline_000006.safetensors"}
    data = offline.policy_file(tmp_path / "policies", 6).read_bytes()
    weights = PolicyWeights.from_bytes(data, source="test", layout_hash=TASK.layout.hash)
    assert (weights.learner_step, weights.environment_steps) == (6, 0)


def test_an_interrupted_training_ends_as_one_that_was_not(tmp_path):
    def interrupt(updates):
        if updates == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "two", 8, interrupt)
    train(tmp_path / "two", 8)
    train(tmp_path / "one", 8)
    assert policies(tmp_path / "two") == policies(tmp_path / "one")


def test_a_policy_that_was_not_written_before_a_kill_is_written_from_its_checkpoint(tmp_path):
    train(tmp_path, 4)
    offline.policy_file(tmp_path / "policies", 4).unlink()
    train(tmp_path, 4)
    assert offline.policy_file(tmp_path / "policies", 4).exists()
