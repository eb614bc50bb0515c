import dataclasses
import math

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal, TanhTransform, TransformedDistribution

from awac_ros.learning.policy import Policy
from awac_ros.learning.replay import Batch
from awac_ros.learning.sac import Sac, SacConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import Pushing

SMALL = SacConfig(policy_hidden=(16, 16), critic_hidden=(16, 16), discount=0.97, tau=5e-3)


def make_batch(size=32, **changes):
    columns = {
        "observation": torch.rand(size, 8) * 0.2 + 0.5,
        "action": torch.rand(size, 2) * 2.0 - 1.0,
        "reward": -torch.rand(size),
        "next_observation": torch.rand(size, 8) * 0.2 + 0.5,
        "terminated": torch.zeros(size),
    }
    return Batch(**(columns | changes))


def make_sac(**changes):
    """A Sac whose target critics, policy and alpha differ from their start."""
    sac = Sac(Pushing().features(), 2, dataclasses.replace(SMALL, **changes), seed=0)
    for _ in range(3):
        sac.update(make_batch())
    return sac


def squashed(sac, s):
    """pi(.|s) as torch.distributions has it."""
    mean, log_std = sac.policy.unsquashed(s)
    return TransformedDistribution(Independent(Normal(mean, log_std.exp()), 1), TanhTransform())


def repeat_noise(sac, call):
    """What `call` gives; the next call sees the same noise."""
    state = sac.generator.get_state()
    result = call()
    sac.generator.set_state(state)
    return result


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("layer_norm", [True, False])
def test_losses_equal_values_worked_out_row_by_row(layer_norm):
    sac = make_sac(critic_layer_norm=layer_norm)
    batch = make_batch(6, terminated=torch.tensor([0.0, 1.0, 0.0, 0.0, 1.0, 0.0]))
    terms = repeat_noise(sac, lambda: sac.terms(batch))

    with torch.no_grad():
        s, s_next = sac.features(batch.observation), sac.features(batch.next_observation)
        actions = []
        for features in (s_next, s):
            mean, log_std = sac.policy.unsquashed(features)
            actions.append(torch.tanh(mean + log_std.exp() * torch.randn(mean.shape, generator=sac.generator)))
        a_next, a_pi = actions
        log_pi_next, log_pi = squashed(sac, s_next).log_prob(a_next).tolist(), squashed(sac, s).log_prob(a_pi).tolist()
        q, q_pi = sac.critic(s, batch.action).tolist(), sac.critic(s, a_pi).tolist()
        q_next = sac.target_critic(s_next, a_next).tolist()
    alpha = math.exp(sac._log_alpha.item())
    assert alpha != 1.0
    critic_loss = policy_loss = alpha_loss = 0.0
    for row in range(6):
        y = 10.0 * batch.reward[row].item()
        if not batch.terminated[row]:
            y += 0.97 * (min(q_next[0][row], q_next[1][row]) - alpha * log_pi_next[row])
        critic_loss += 0.5 * ((q[0][row] - y) ** 2 + (q[1][row] - y) ** 2) / 6
        policy_loss += (alpha * log_pi[row] - min(q_pi[0][row], q_pi[1][row])) / 6
        alpha_loss += -alpha * (log_pi[row] - 2.0) / 6
    assert terms.critic_loss.item() == pytest.approx(critic_loss, rel=1e-10)
    assert terms.policy_loss.item() == pytest.approx(policy_loss, rel=1e-10)
    assert terms.alpha_loss.item() == pytest.approx(alpha_loss, rel=1e-10)
    assert terms.metrics()["entropy"].item() == pytest.approx(-sum(log_pi) / 6, rel=1e-10)


@pytest.mark.usefixtures("_float64")
def test_gradients_equal_finite_differences():
    """An update follows each loss's slope in its own parameters alone, the noise being the same."""
    sac = make_sac(policy_learning_rate=0.0, critic_learning_rate=0.0, alpha_learning_rate=0.0, tau=0.0)
    batch = make_batch()
    sac._log_alpha.data.fill_(0.5)
    repeat_noise(sac, lambda: sac.update(batch))
    for vector, loss in ((sac._theta, "policy_loss"), (sac._phi, "critic_loss"), (sac._log_alpha, "alpha_loss")):
        for _ in range(5):
            direction = torch.randn_like(vector)
            direction /= direction.norm()
            start, ends = vector.data.clone(), []
            for step in (1e-6, -1e-6):
                vector.data.copy_(start + step * direction)
                ends.append(getattr(repeat_noise(sac, lambda: sac.terms(batch)), loss).item())
            vector.data.copy_(start)
            slope = (vector.grad * direction).sum().item()
            assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(slope, rel=1e-5, abs=1e-8), loss


def test_the_critics_and_alpha_give_the_policy_no_gradient_and_the_targets_get_none_at_all():
    sac = make_sac()
    for loss in ("critic_loss", "alpha_loss"):
        terms = sac.terms(make_batch())
        gradients = torch.autograd.grad(getattr(terms, loss), list(sac.policy.parameters()), allow_unused=True)
        assert all(gradient is None for gradient in gradients)
    assert not any(p.requires_grad for p in sac.target_critic.parameters())


def test_the_policys_loss_goes_through_the_critics_and_does_not_move_them():
    sac = make_sac()
    batch = make_batch()
    critic_loss = repeat_noise(sac, lambda: sac.terms(batch)).critic_loss
    (expected,) = torch.autograd.grad(critic_loss, sac.critic.parameters())
    sac.update(batch)
    torch.testing.assert_close(sac._phi.grad, expected)
    assert sac._theta.grad.abs().sum() > 0.0


def test_termination_ends_the_sum_of_rewards():
    sac = make_sac()
    done = make_batch(terminated=torch.ones(32), reward=torch.full((32,), -0.5))
    torch.testing.assert_close(sac.terms(done).y, torch.full((32,), -5.0))
    assert (sac.terms(done._replace(terminated=torch.zeros(32))).y != -5.0).all()


@pytest.mark.usefixtures("_float64")
def test_the_log_density_is_that_of_a_tanh_of_a_gaussian():
    sac = make_sac()
    for parameter in sac.policy.parameters():
        parameter.data.add_(0.3 * torch.randn(parameter.shape))
    s = sac.features(make_batch(500).observation)
    a, log_pi, _ = sac._draw(s)
    assert a.abs().max() < 1.0 and a.std() > 0.2
    torch.testing.assert_close(log_pi, squashed(sac, s).log_prob(a), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("u", [-40.0, 40.0])
def test_the_log_density_stays_exact_where_tanh_rounds_to_one(u):
    sac = make_sac(log_std_range=(-2.0, -2.0))
    weight, bias = sac.policy.layers[-1]
    weight.zero_()
    bias.fill_(u)
    a, log_pi, _ = sac._draw(sac.features(make_batch(500).observation))
    assert (a == math.copysign(1.0, u)).all()
    # log(1 - tanh(u)^2) = log 4 - 2 |u| there, and the Gaussian's own mean log density is minus its entropy.
    expected = 2 * (-0.5 * math.log(2.0 * math.pi * math.e) + 2.0 - math.log(4.0) + 2.0 * abs(u))
    assert log_pi.mean().item() == pytest.approx(expected, abs=0.2)
    log_pi.sum().backward()
    assert sac._theta.grad.isfinite().all()


@pytest.mark.parametrize(("log_std", "rises"), [(-4.0, True), (-0.5, False)])
def test_alpha_rises_while_the_entropy_is_below_its_target_and_falls_while_above(log_std, rises):
    sac = make_sac(log_std_range=(log_std, log_std))
    before = sac.terms(make_batch()).metrics()
    for _ in range(10):
        sac.update(make_batch())
    after = sac.terms(make_batch()).metrics()
    assert (before["entropy"].item() < -2.0) == rises
    assert (after["alpha"] > before["alpha"]) == rises


def test_one_update_is_adam_on_all_three_then_polyak():
    sac = Sac(Pushing().features(), 2, SMALL, seed=0)
    starts = [vector.detach().clone() for vector in (sac._theta, sac._phi, sac._log_alpha)]
    assert torch.equal(starts[1], sac._phi_target), "the targets start as copies"
    sac.update(make_batch())
    for start, vector in zip(starts, (sac._theta, sac._phi, sac._log_alpha), strict=True):
        # The first step of Adam is the learning rate against the gradient's sign, wherever that is not tiny.
        expected = start - 1e-3 * vector.grad / (vector.grad.abs() + 1e-8)
        torch.testing.assert_close(vector.detach(), expected, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(sac._phi_target.detach(), starts[1] + 5e-3 * (sac._phi.detach() - starts[1]))


def test_state_restores_into_a_fresh_sac_bit_for_bit():
    sac = make_sac()
    fresh = Sac(Pushing().features(), 2, sac.config, seed=99)
    fresh.restore({name: array.copy() for name, array in sac.state().items()})
    batch = make_batch()
    for _ in range(3):
        ours, theirs = sac.update(batch), fresh.update(batch)
        assert all(torch.equal(our, their) for our, their in zip(ours, theirs, strict=True))
    for name, array in sac.state().items():
        np.testing.assert_array_equal(array, fresh.state()[name], err_msg=name)


LEARNER = TrainerConfig(
    method=dataclasses.replace(SMALL, policy_hidden=(32, 32), critic_hidden=(32, 32), discount=0.9, tau=0.02),
    batch_size=64,
)


def policy_of(trainer):
    return Policy.from_weights(trainer.policy_weights(0, 0))


def test_it_learns_from_random_actions_offline(task, rng):
    trainer = Trainer(task, LEARNER, seed=0)
    trainer.add_prior(task.episodes(rng, 100))
    before = task.mean_final_distance(policy_of(trainer), np.random.default_rng(1))
    trainer.update(1000)
    after = task.mean_final_distance(policy_of(trainer), np.random.default_rng(1))
    assert before > 0.4 and after < 0.05


def test_it_learns_from_scratch_online(task, rng):
    trainer = Trainer(task, LEARNER, seed=0)
    before = task.mean_final_distance(policy_of(trainer), np.random.default_rng(1))
    for first in range(0, 20, 2):
        policy = policy_of(trainer)
        episodes = task.episodes(
            rng, 2, first=first, act=lambda rows, policy=policy: np.array([policy.sample(row, rng) for row in rows])
        )
        trainer.add_online(episodes)
        trainer.update(100)
    after = task.mean_final_distance(policy_of(trainer), np.random.default_rng(1))
    assert before > 0.4 and after < 0.05
