"""`awac eval` finds the policy it is given, refuses others in one sentence, and repeats."""

import json

import pytest

from awac_ros.bench.data import random_transitions
from awac_ros.errors import AwacError
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.runs.evaluate import evaluate_checkpoint, read_policy
from awac_ros.tasks import Pushing, PushingConfig


@pytest.fixture
def run(tmp_path):
    trainer = Trainer(Pushing(), TrainerConfig(), seed=0)
    trainer.add_prior(random_transitions(Pushing().layout, 200, seed=0))
    trainer.update(1)
    trainer.save(tmp_path / "checkpoints")
    (tmp_path / "policy.safetensors").write_bytes(trainer.policy_weights(0, 0).to_bytes())
    return tmp_path


@pytest.mark.parametrize("place", [".", "checkpoints", "checkpoints/000001", "policy.safetensors"])
def test_every_way_of_naming_a_policy_leads_to_it(run, place):
    assert read_policy(run / place).learner_step == 1


def test_a_place_without_a_policy_is_refused(tmp_path):
    with pytest.raises(AwacError, match="no policy here; name the folder"):
        read_policy(tmp_path)
    with pytest.raises(AwacError, match="no policy here; name the folder"):
        read_policy(tmp_path / "nowhere")


@pytest.mark.parametrize("place", ["checkpoints", "checkpoints/000001", "policy.safetensors"])
def test_a_policy_of_another_layout_is_refused(tmp_path, place):
    other = Pushing(PushingConfig(max_speed=0.5))
    assert other.layout.hash != Pushing().layout.hash
    trainer = Trainer(other, TrainerConfig(), seed=0)
    trainer.save(tmp_path / "checkpoints")
    (tmp_path / "policy.safetensors").write_bytes(trainer.policy_weights(0, 0).to_bytes())
    with pytest.raises(AwacError, match=f"{place} is of layout {other.layout.hash}, which none of"):
        evaluate_checkpoint(tmp_path / place, seed=0, episodes=1, json=None)


def test_a_damaged_policy_is_refused(run):
    (run / "policy.safetensors").write_bytes(b"weights")
    with pytest.raises(AwacError, match="policy.safetensors"):
        read_policy(run / "policy.safetensors")


def test_the_same_seed_gives_the_same_figures_whichever_worker_gets_which_episode(run):
    for name in ("one.json", "two.json"):
        evaluate_checkpoint(run, seed=3, episodes=3, json=run / name)
    first, second = (json.loads((run / name).read_text()) for name in ("one.json", "two.json"))
    assert first == second
    assert {"episodes", "final_success", "any_success", "final_distance", "seed", "checkpoint"} <= set(first)
    assert (first["episodes"], first["task"]) == (3, "pushing")
