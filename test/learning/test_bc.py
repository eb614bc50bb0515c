import math

import numpy as np
import pytest
import torch

from awac_ros.learning.bc import Bc, BcConfig
from awac_ros.learning.policy import Policy
from awac_ros.learning.replay import Batch, ReplayConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing


def make_batch(size=32):
    observation, action = torch.rand(size, 8) * 0.2 + 0.5, torch.rand(size, 2) * 2.0 - 1.0
    return Batch(observation, action, torch.zeros(size), observation, torch.zeros(size))


def make_bc(**changes):
    """A Bc whose average policy differs from its policy."""
    bc = Bc(Pushing().features(), 2, BcConfig(policy_hidden=(16, 16), **changes), seed=0)
    for _ in range(3):
        bc.update(make_batch())
    return bc


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("log_std", ["shared", "state"])
def test_the_loss_equals_the_value_worked_out_row_by_row(log_std):
    bc, batch = make_bc(log_std=log_std), make_batch(6)
    terms = bc.terms(batch)
    with torch.no_grad():
        mean, log_std_value = bc.policy(bc.features(batch.observation))
    std = log_std_value.exp().expand_as(mean)
    log_pi = [
        sum(
            math.log(math.exp(-0.5 * ((a - m) / s) ** 2) / (s * math.sqrt(2.0 * math.pi)))
            for a, m, s in zip(*(rows[row].tolist() for rows in (batch.action, mean, std)), strict=True)
        )
        for row in range(6)
    ]
    assert terms.policy_loss.item() == pytest.approx(-sum(log_pi) / 6, rel=1e-10)
    assert terms.metrics()["log_pi"].item() == pytest.approx(sum(log_pi) / 6, rel=1e-10)


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("log_std", ["shared", "state"])
def test_the_gradient_equals_finite_differences(log_std):
    bc, batch = make_bc(log_std=log_std), make_batch()
    theta = bc._theta
    theta.grad.zero_()
    bc.terms(batch).policy_loss.backward()
    for _ in range(5):
        direction = torch.randn_like(theta)
        direction /= direction.norm()
        start, ends = theta.data.clone(), []
        for step in (1e-6, -1e-6):
            theta.data.copy_(start + step * direction)
            ends.append(bc.terms(batch).policy_loss.item())
        theta.data.copy_(start)
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx((theta.grad @ direction).item(), rel=1e-5, abs=1e-8)


def test_one_update_is_adam_with_weight_decay_then_the_average():
    bc = Bc(Pushing().features(), 2, BcConfig(policy_hidden=(16, 16), policy_weight_decay=0.1), seed=0)
    theta = bc._theta.detach().clone()
    bc.update(make_batch())
    gradient = bc._theta.grad + 0.1 * theta
    # The first step of Adam is the learning rate against the gradient's sign, wherever that is not tiny.
    torch.testing.assert_close(
        bc._theta.detach(), theta - 1e-3 * gradient / (gradient.abs() + 1e-8), atol=1e-6, rtol=1e-4
    )
    torch.testing.assert_close(bc._theta_average.detach(), theta + 2e-3 * (bc._theta.detach() - theta))


def test_state_restores_into_a_fresh_bc_bit_for_bit():
    bc = make_bc()
    fresh = Bc(Pushing().features(), 2, bc.config, seed=99)
    fresh.restore({name: array.copy() for name, array in bc.state().items()})
    batch = make_batch()
    for _ in range(3):
        ours, theirs = bc.update(batch), fresh.update(batch)
        assert all(torch.equal(our, their) for our, their in zip(ours, theirs, strict=True))
    for name, array in bc.state().items():
        np.testing.assert_array_equal(array, fresh.state()[name], err_msg=name)


def test_it_clones_a_good_policy_and_learns_its_spread(task, rng):
    def act(observation):
        best = (observation[:, 1:] - observation[:, :1]) / 0.2
        return np.clip(0.7 * np.tanh(best) + 0.1 * rng.standard_normal(best.shape), -1.0, 1.0).astype(np.float32)

    bc = BcConfig(policy_hidden=(32, 32), policy_learning_rate=3e-3, policy_average=0.02)
    replay = ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
    trainer = Trainer(task, TrainerConfig(method=bc, replay=replay), seed=0)
    trainer.add_prior(task.episodes(rng, 100, act=act))
    before = task.mean_final_distance(Policy.from_weights(trainer.policy_weights(0, 0)), np.random.default_rng(1))
    trainer.update(1000)
    after = task.mean_final_distance(Policy.from_weights(trainer.policy_weights(1, 0)), np.random.default_rng(1))
    assert before > 0.4 and after < 0.05
    assert math.exp(trainer.update(100)["log_std"]) == pytest.approx(0.1, abs=0.02)
