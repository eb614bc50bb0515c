import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint, methods
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.bc import BcConfig
from awac_ros.learning.policy import Policy
from awac_ros.learning.replay import ReplayConfig
from awac_ros.learning.sac import SacConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing

SMALL = TrainerConfig(method=AwacConfig(policy_hidden=(32, 32), critic_hidden=(32, 32)), batch_size=64)
METHODS = [SMALL.method, BcConfig(policy_hidden=(32, 32)), SacConfig(policy_hidden=(32, 32), critic_hidden=(32, 32))]


def make_trainer(task, seed=0, config=SMALL):
    trainer = Trainer(task, config, seed)
    trainer.add_prior(task.episodes(np.random.default_rng(0), 30))
    return trainer


def weights_bytes(trainer):
    return trainer.policy_weights(1, 0).to_bytes()


def test_it_learns_to_reach_the_goal_from_random_actions(task, rng):
    awac = dataclasses.replace(SMALL.method, discount=0.9, tau=5e-3, temperature=0.1, policy_average=0.02)
    config = dataclasses.replace(SMALL, method=awac)
    trainer = Trainer(task, config, seed=0)
    trainer.add_prior(task.episodes(rng, 100))
    before = task.mean_final_distance(Policy.from_weights(trainer.policy_weights(0, 0)), np.random.default_rng(1))
    metrics = trainer.update(1000)
    after = task.mean_final_distance(Policy.from_weights(trainer.policy_weights(1, 0)), np.random.default_rng(1))
    assert before > 0.4 and after < 0.05
    assert 1 <= metrics["effective_sample_size"] <= 64


def test_one_seed_one_result(task):
    one, same, other = (make_trainer(task, seed) for seed in (0, 0, 1))
    for trainer in (one, same, other):
        trainer.update(20)
    assert weights_bytes(one) == weights_bytes(same) != weights_bytes(other)


@pytest.mark.parametrize("method", METHODS, ids=methods.name)
def test_resume_goes_on_bit_for_bit(task, rng, tmp_path, method):
    config = dataclasses.replace(SMALL, method=method)
    through, first_half = make_trainer(task, config=config), make_trainer(task, config=config)
    online = task.episodes(rng, 3, actor_id="b" * 32)
    for trainer in (through, first_half):
        trainer.update(30)
        trainer.add_online(online[:15])
        trainer.update(7)
    first_half.save(tmp_path)
    second_half = Trainer.load(tmp_path, task)
    assert (second_half.updates, second_half.config) == (37, config)
    for trainer in (through, second_half):
        trainer.add_online(online[15:])
        trainer.update(13)
    assert weights_bytes(through) == weights_bytes(second_half)
    through.save(tmp_path / "through")
    second_half.save(tmp_path / "second_half")
    for name in ("method.safetensors", "replay.safetensors", "policy.safetensors", "checkpoint.json"):
        files = [checkpoint.newest(tmp_path / run) / name for run in ("through", "second_half")]
        assert files[0].read_bytes() == files[1].read_bytes(), name


def test_a_killed_process_is_resumed_from_its_last_checkpoint(task, tmp_path):
    """The process saves, trains on without saving, and is killed: another one starts where the checkpoint stands."""
    through = make_trainer(task)
    through.update(20)
    code = f"""
import importlib.util, os, pathlib, signal
spec = importlib.util.spec_from_file_location("helpers", {__file__!r})
helpers = importlib.util.module_from_spec(spec); spec.loader.exec_module(helpers)
spec = importlib.util.spec_from_file_location("tasks", pathlib.Path({__file__!r}).with_name("conftest.py"))
tasks = importlib.util.module_from_spec(spec); spec.loader.exec_module(tasks)
trainer = helpers.make_trainer(tasks.PointMass())
trainer.update(10)
trainer.save(pathlib.Path({str(tmp_path)!r}))
trainer.update(3)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    resumed = Trainer.load(tmp_path, task)
    resumed.update(10)
    assert weights_bytes(resumed) == weights_bytes(through)


def test_updates_in_small_portions_are_the_same_updates(task):
    whole, portions = make_trainer(task), make_trainer(task)
    whole.update(12)
    for count in (1, 4, 7):
        portions.update(count)
    assert weights_bytes(whole) == weights_bytes(portions)


def test_published_weights_are_a_copy_with_their_numbers(task):
    trainer = make_trainer(task)
    trainer.update(5)
    weights = trainer.policy_weights(version=4, environment_steps=12)
    before = weights.to_bytes()
    trainer.update(5)
    assert weights.to_bytes() == before
    assert (weights.version, weights.learner_step, weights.environment_steps) == (4, 5, 12)
    assert weights.layout_hash == task.layout.hash


def test_the_checkpoint_holds_the_policy(task, tmp_path):
    trainer = make_trainer(task)
    trainer.update(5)
    trainer.save(tmp_path)
    weights = checkpoint.read_policy(tmp_path, task.layout.hash)
    ours = trainer.policy_weights(0, 0).tensors
    np.testing.assert_array_equal(weights.tensors["layer0.weight"], ours["layer0.weight"])


def test_a_checkpoint_of_another_layout_is_refused(task, tmp_path):
    make_trainer(task).save(tmp_path)
    with pytest.raises(AwacError, match=r"000001 holds data of task point_mass.*but task pushing"):
        Trainer.load(tmp_path, Pushing())
    with pytest.raises(AwacError, match="these weights are for layout"):
        checkpoint.read_policy(tmp_path, Pushing().layout.hash)


def test_a_damaged_checkpoint_is_refused(task, tmp_path):
    newest = make_trainer(task).save(tmp_path)
    (newest / "replay.safetensors").write_bytes(b"")
    with pytest.raises(AwacError, match=r"replay\.safetensors: can't be read"):
        Trainer.load(tmp_path, task)


@pytest.mark.parametrize("part", ["method", "sizes", "updates", "config"])
def test_a_checkpoint_of_another_version_is_refused(task, tmp_path, part):
    newest = make_trainer(task).save(tmp_path)
    about = json.loads((newest / "checkpoint.json").read_text())
    if part == "method":
        about["config"]["method"]["dropout"] = 0.1
    elif part == "sizes":
        about["config"]["method"]["policy_hidden"] = [7]
    else:
        del about[part]
    (newest / "checkpoint.json").write_text(json.dumps(about))
    with pytest.raises(AwacError, match="000001: written by another version of awac_ros"):
        Trainer.load(tmp_path, task)


@pytest.mark.parametrize("changes", [{"reward_scale": 1e9}, {"reward_scale": float("nan")}])
def test_an_exploding_q_stops_with_the_way_out(task, changes):
    config = dataclasses.replace(SMALL, method=dataclasses.replace(SMALL.method, critic_learning_rate=10.0, **changes))
    trainer = make_trainer(task, config=config)
    with pytest.raises(AwacError, match=r"training stopped at update \d+: .*largest_q.*lower the learning rates"):
        trainer.update(1000)


def test_a_loss_that_is_not_finite_stops_any_method(task):
    config = dataclasses.replace(SMALL, method=BcConfig(policy_hidden=(32,), policy_learning_rate=1e38))
    trainer = make_trainer(task, config=config)
    with pytest.raises(
        AwacError, match=r"training stopped at update \d+: policy_loss is nan; lower the learning rates"
    ):
        trainer.update(1000)


def test_training_without_data_says_so(task):
    with pytest.raises(AwacError, match="replay is empty"):
        Trainer(task, SMALL, seed=0).update(1)


@pytest.mark.parametrize("method", METHODS, ids=methods.name)
def test_config_survives_json(method):
    config = dataclasses.replace(SMALL, method=method, replay=ReplayConfig(online_fraction=0.5))
    assert TrainerConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
