import json
import signal
from pathlib import Path

import h5py
import numpy as np
import pytest
from std_srvs.srv import SetBool
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from awac_msgs.msg import LearnerStatus
from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_msgs.srv import AppendTransitions
from awac_ros.data import Episode, Outcome, Transitions, demos
from awac_ros.errors import AwacError
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes.buffer import Buffer
from awac_ros.nodes.learner import Learner
from awac_ros.nodes.learner_pause import PAUSED, SERVICE
from awac_ros.nodes.messages import transitions_message, weights_from_message
from awac_ros.nodes.qos import LATCHED
from awac_ros.tasks import Pushing, PushingConfig

TASK = Pushing()
LAYOUT = TASK.layout
STEPS = 50


def episode(number: int, actor: str = "a" * 32) -> Transitions:
    rng = np.random.default_rng(number)
    return Transitions(
        observation=rng.uniform(size=(STEPS, 8)),
        action=rng.uniform(-1, 1, (STEPS, 2)),
        reward=rng.normal(size=STEPS),
        next_observation=rng.uniform(size=(STEPS, 8)),
        terminated=np.zeros(STEPS, bool),
        truncated=np.arange(STEPS) == STEPS - 1,
        intervened=np.zeros(STEPS, bool),
        policy_version=np.zeros(STEPS, int),
        step_time=np.arange(STEPS) * 0.1,
        actor_id=np.full(STEPS, actor),
        episode=np.full(STEPS, number),
        step=np.arange(STEPS),
    )


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trainer with prior data and a few updates behind it."""
    folder = tmp_path_factory.mktemp("offline")
    awac = AwacConfig(policy_hidden=(16,), critic_hidden=(16,))
    trainer = Trainer(TASK, TrainerConfig(method=awac, batch_size=16), seed=0)
    trainer.add_prior(episode(1000, "p" * 32))
    trainer.update(20)
    trainer.save(folder)
    return folder


@pytest.fixture
def settings(offline: Path, tmp_path: Path) -> dict:
    return {
        "out": tmp_path / "out",
        "checkpoint": offline,
        "lockstep": True,
        "updates_per_step": 2.0,
        "policy_every": 100,
        "checkpoint_period": 1.0,
    }


def append(world, rows: Transitions) -> None:
    request = AppendTransitions.Request(transitions=transitions_message(rows, LAYOUT))
    assert world.call(AppendTransitions, "buffer/append", request).success


def policies(out: Path) -> list[str]:
    return sorted(path.name for path in (out / "policies").glob("*.safetensors"))


def test_it_trains_on_everything_and_ends_by_itself(world, settings: dict, tmp_path: Path) -> None:
    world.host(Buffer, store=tmp_path / "store.sqlite")
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    status = world.hear(LearnerStatus, "learner/status", LATCHED)
    learner = world.run(Learner, **settings, env_steps=250)
    world.until(lambda: weights)
    assert (weights[0].version, weights[0].environment_steps, weights[0].learner_step) == (1, 0, 20)
    for number in range(5):
        append(world, episode(number))
        steps = STEPS * (number + 1)
        world.until(lambda steps=steps: weights[-1].environment_steps == steps)
        assert weights[-1].learner_step == 20 + 2 * steps
    world.until(lambda: status[-1].finished and learner.ended())
    assert (status[-1].environment_steps, status[-1].updates) == (250, 500)
    assert policies(settings["out"]) == ["step_000100.safetensors", "step_000200.safetensors"]
    record = json.loads((settings["out"] / "learner.json").read_text())
    assert record["finished"]
    assert (record["environment_steps"], record["updates"], record["repeated_keys"]) == (250, 500, 0)
    held = PolicyWeights.from_bytes((settings["out"] / "policies/step_000200.safetensors").read_bytes(), source="test")
    assert (held.environment_steps, held.learner_step) == (200, 420)
    assert Trainer.load(settings["out"] / "checkpoints", TASK).replay.count("online") == 250
    events = EventAccumulator(str(settings["out"] / "tensorboard")).Reload()
    names = ("q", "advantage", "weight_entropy", "effective_sample_size", "log_std", "critic_loss", "policy_loss")
    for name in (*names, "updates_per_second", "staleness"):
        assert [event.step for event in events.Scalars(f"online/{name}")] == [270, 520]
    assert events.Scalars("online/staleness")[-1].value >= 1.0, "the episodes carry no version newer than 0"


def test_a_paused_learner_trains_on_nothing_until_it_goes_on(world, settings: dict, tmp_path: Path) -> None:
    world.host(Buffer, store=tmp_path / "store.sqlite")
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    status = world.hear(LearnerStatus, "learner/status", LATCHED)
    learner = world.run(Learner, **settings, env_steps=STEPS)
    world.until(lambda: weights)
    assert world.call(SetBool, SERVICE, SetBool.Request(data=True)).success
    append(world, episode(0))
    status.clear()
    world.until(lambda: len(status) > 1 and status[-1].message == PAUSED)
    assert (len(weights), status[-1].environment_steps, learner.ended()) == (1, 0, False)
    assert world.call(SetBool, SERVICE, SetBool.Request(data=False)).message == "training goes on"
    world.until(learner.ended)
    world.until(lambda: weights[-1].environment_steps == STEPS)


def test_a_late_joiner_gets_the_newest_weights(world, settings: dict) -> None:
    early = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    world.run(Learner, **settings)
    world.until(lambda: early)
    late = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    world.until(lambda: late)
    assert weights_from_message(late[0], LAYOUT).version == early[-1].version


def test_killed_and_started_again_it_goes_on_and_learns_the_same(world, settings: dict, tmp_path: Path) -> None:
    world.host(Buffer, store=tmp_path / "store.sqlite")
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    for number in range(2):
        append(world, episode(number))
    learner = world.start("learner", **settings)
    world.until(lambda: weights and weights[-1].environment_steps == 2 * STEPS)
    version = weights[-1].version
    learner.send_signal(signal.SIGKILL)
    learner.wait()
    append(world, episode(2))
    again = world.run(Learner, **settings, env_steps=3 * STEPS)
    world.until(again.ended)
    assert weights[-1].environment_steps == 3 * STEPS
    assert weights[-1].version > version
    learners = {weights_from_message(message, LAYOUT).learner for message in weights}
    assert len(learners) == 1 and learners != {""}
    assert sorted({message.version for message in weights}) == [message.version for message in weights]

    unbroken = Trainer.load(settings["checkpoint"], TASK)
    for number in range(3):
        unbroken.add_online(episode(number))
        unbroken.update(2 * STEPS)
    resumed = weights_from_message(weights[-1], LAYOUT).tensors
    for name, tensor in unbroken.policy_weights(0, 0).tensors.items():
        np.testing.assert_array_equal(resumed[name], tensor, err_msg=name)


def test_the_share_of_demos_and_whose_rewards_they_are_are_the_users_also_on_a_checkpoint(
    world, settings: dict, tmp_path: Path
) -> None:
    world.host(Buffer, store=tmp_path / "store.sqlite")
    learner = world.run(Learner, **settings, env_steps=STEPS, demo_fraction=0.25, reward="person")
    append(world, episode(0))
    world.until(learner.ended)
    kept = Trainer.load(settings["out"] / "checkpoints", TASK).config.replay
    assert (kept.online_fraction, kept.original_goals, kept.future_goals) == (0.75, 1.0, 0.0)


def test_without_a_buffer_it_says_so_and_goes_on_once_there_is_one(world, settings: dict, tmp_path: Path) -> None:
    status = world.hear(LearnerStatus, "learner/status", LATCHED)
    learner = world.run(Learner, **settings, env_steps=STEPS)
    world.until(lambda: status and "start the buffer node" in status[-1].message)
    world.host(Buffer, store=tmp_path / "store.sqlite")
    append(world, episode(0))
    world.until(learner.ended)
    assert status[-1].finished


def test_it_trains_offline_on_demos_where_there_is_no_checkpoint(world, settings: dict, tmp_path: Path) -> None:
    file = tmp_path / "demos.hdf5"
    demos.write(file, LAYOUT, [Episode(episode(0), Outcome.SUCCESS)])
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    world.run(Learner, **{**settings, "checkpoint": "", "demos": file, "offline_updates": 30})
    world.until(lambda: weights)
    assert (weights[0].version, weights[0].learner_step) == (1, 30)


def test_interrupted_it_keeps_what_it_has_learnt(world, settings: dict, tmp_path: Path) -> None:
    world.host(Buffer, store=tmp_path / "store.sqlite")
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    learner = world.run(Learner, **{**settings, "checkpoint_period": 1000.0})
    append(world, episode(0))
    world.until(lambda: weights and weights[-1].environment_steps == STEPS)
    learner.interrupt()
    kept = Trainer.load(settings["out"] / "checkpoints", TASK)
    assert (kept.replay.count("online"), kept.updates) == (STEPS, 20 + 2 * STEPS)


def test_in_real_time_weights_come_while_it_trains(world, settings: dict, tmp_path: Path) -> None:
    world.host(Buffer, store=tmp_path / "store.sqlite")
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    endless = {"lockstep": False, "updates_per_step": 1000.0, "publish_period": 0.05}
    world.run(Learner, **{**settings, **endless})
    append(world, episode(0))
    world.until(lambda: len(weights) >= 4)
    assert [message.version for message in weights] == sorted({message.version for message in weights})
    assert weights[-1].learner_step < 20 + 1000 * STEPS


def test_demos_that_are_not_finite_end_it_with_one_sentence(world, settings: dict, tmp_path: Path) -> None:
    file = tmp_path / "demos.hdf5"
    demos.write(file, LAYOUT, [Episode(episode(0), Outcome.SUCCESS)])
    with h5py.File(file, "r+") as opened:
        opened["data/demo_0/actions"][2] = np.nan
    with pytest.raises(AwacError, match="demo_0: action is not finite at row 2"):
        world.run(Learner, **{**settings, "checkpoint": "", "demos": file})


def test_a_checkpoint_of_another_layout_ends_it_with_one_sentence(world, settings: dict, tmp_path: Path) -> None:
    Trainer(Pushing(PushingConfig(max_speed=0.5)), TrainerConfig(), seed=0).save(tmp_path / "other")
    with pytest.raises(AwacError, match="other/000001 holds data of task pushing .layout"):
        world.run(Learner, **{**settings, "checkpoint": tmp_path / "other"})


def test_a_second_learner_in_the_same_folder_is_refused(world, settings: dict) -> None:
    weights = world.hear(PolicyWeightsMessage, "policy/weights", LATCHED)
    world.run(Learner, **settings)
    world.until(lambda: weights)
    with pytest.raises(AwacError, match="is in use by another process"):
        world.run(Learner, **settings)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"out": ""}, "parameter out is empty"),
        ({"checkpoint": ""}, "nothing to begin with"),
        ({"checkpoint": "/nowhere"}, "/nowhere: no checkpoint here"),
    ],
)
def test_bad_parameters_end_it_with_one_sentence(world, settings: dict, changes: dict, sentence: str) -> None:
    with pytest.raises(AwacError, match=sentence):
        world.run(Learner, **{**settings, **changes})
