"""What holds on a GPU; the rest of learning is tested on the processor alone."""

import dataclasses

import numpy as np
import pytest
import torch

from awac_ros.bench.data import random_transitions
from awac_ros.errors import AwacError
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.bc import BcConfig
from awac_ros.learning.networks import CriticEnsemble
from awac_ros.learning.replay import Batch, ReplayConfig
from awac_ros.learning.sac import SacConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import BoxTask, Pushing

HIDDEN = {"policy_hidden": (32, 32), "critic_hidden": (32, 32)}
METHODS = {
    "awac": AwacConfig(**HIDDEN),
    "awac with a subset": AwacConfig(**HIDDEN, critics=4, target_critics=2, log_std="state", distribution="tanh"),
    "bc": BcConfig(policy_hidden=(32, 32)),
    "sac": SacConfig(**HIDDEN),
}
AS_RECORDED = ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
TASK = BoxTask("gpu", 5, 2, horizon=200)

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU on this machine")


def make(method: str, device: str = "cuda", replay: ReplayConfig = AS_RECORDED, task=TASK) -> Trainer:
    trainer = Trainer(task, TrainerConfig(METHODS[method], replay, batch_size=64, device=device), seed=1)
    trainer.add_prior(random_transitions(task.layout, 1_000, seed=0))
    return trainer


def weights(trainer: Trainer) -> dict[str, np.ndarray]:
    return trainer.policy_weights(version=0, environment_steps=0).tensors


def assert_same(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    for name, tensor in ours.items():
        np.testing.assert_array_equal(tensor, theirs[name])


@pytest.mark.skipif(torch.cuda.is_available(), reason="torch finds a GPU on this machine")
def test_a_gpu_that_is_not_there_is_said_in_one_sentence():
    with pytest.raises(AwacError, match=r"^device cuda: .*; choose cpu, or install a torch that finds the GPU$"):
        Trainer(TASK, TrainerConfig(device="cuda"), seed=0)


def test_a_processor_goes_on_with_other_draws_where_the_saved_ones_are_another_kinds():
    trainer = make("awac", "cpu")
    trainer.update(3)
    state = trainer._method.state()
    trainer._method.restore({**state, "generator": np.zeros(16, np.uint8)})
    assert_same({name: state[name] for name in ("theta", "phi")}, trainer._method.state())
    trainer.update(3)


@needs_gpu
@pytest.mark.parametrize("method", METHODS)
def test_the_recorded_graph_does_what_the_update_itself_does(method):
    graph, eager = make(method), make(method)
    graph.update(20)
    for minibatch in eager._stepper.draw(64, 20):
        eager._method.update(eager.replay.batch(minibatch))
    for name, ours in graph._method.tensors().items():
        torch.testing.assert_close(ours, eager._method.tensors()[name], rtol=1e-4, atol=1e-5)


@needs_gpu
def test_a_gpus_gradients_are_the_processors():
    gradients = []
    for device in ("cpu", "cuda"):
        trainer = make("awac", device)
        method = trainer._method
        method.config = dataclasses.replace(method.config, value="mean", discount=0.0)  # nothing drawn counts
        for name, tensor in method.tensors().items():
            values = np.random.default_rng(len(name)).normal(0.0, 0.1, tuple(tensor.shape)).astype(np.float32)
            tensor.detach().copy_(torch.from_numpy(values))
        batch = trainer.replay.sample(64, 1)
        _, phi, theta = method.gradients(Batch(*(column[0].to(device) for column in batch)))
        gradients.append((phi.cpu(), theta.cpu()))
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-6)


@needs_gpu
def test_an_ensemble_of_critics_gives_the_same_with_and_without_a_way_back():
    critic = CriticEnsemble(5, 2, (32, 32), 3, True, torch.Generator("cuda").manual_seed(0))
    s, a = torch.randn(64, 5, device="cuda"), torch.randn(64, 2, device="cuda")
    torch.testing.assert_close(critic.evaluate(s, a).outputs.squeeze(-1), critic.infer(s, a))


@needs_gpu
@pytest.mark.parametrize("method", METHODS)
def test_a_run_taken_up_again_comes_to_the_same_weights(method, tmp_path):
    whole, first = make(method), make(method)
    whole.update(40)
    first.update(20)
    first.save(tmp_path)
    second = Trainer.load(tmp_path, TASK)
    second.update(20)
    assert_same(weights(whole), weights(second))


@needs_gpu
def test_a_processor_goes_on_with_what_a_gpu_began(tmp_path):
    trainer = make("awac")
    trainer.update(20)
    trainer.save(tmp_path)
    taken_up = Trainer.load(tmp_path, TASK, device="cpu")
    assert_same(weights(trainer), weights(taken_up))
    assert taken_up.config.device == "cpu" and np.isfinite(list(taken_up.update(20).values())).all()


@needs_gpu
def test_transitions_that_come_later_are_trained_on():
    trainer = make("awac")
    trainer.update(10)
    more = random_transitions(TASK.layout, 100_000, seed=5)
    trainer.add_online(more)
    minibatch = trainer.replay.batch(trainer._stepper.draw(512, 1)[0]).reward.cpu().numpy()
    assert np.isin(minibatch, np.float32(more.reward)).mean() > 0.9


@needs_gpu
@pytest.mark.parametrize("replay", [AS_RECORDED, ReplayConfig()], ids=["as recorded", "hindsight"])
def test_a_gpu_trains_on_the_minibatches_that_a_processor_trains_on(replay):
    ours, theirs = (make("awac", device, replay, Pushing()) for device in ("cuda", "cpu"))
    for minibatch, batch in zip(ours._stepper.draw(64, 5), theirs._stepper.draw(64, 5), strict=True):
        for column, other in zip(ours.replay.batch(minibatch), batch, strict=True):
            torch.testing.assert_close(column.cpu(), other, rtol=0.0, atol=0.0)
    assert np.isfinite(list(ours.update(20).values())).all()
