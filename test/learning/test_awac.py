import dataclasses
import math

import numpy as np
import pytest
import torch

from awac_ros.errors import AwacError
from awac_ros.learning.awac import EDGE, Awac, AwacConfig
from awac_ros.learning.replay import Batch
from awac_ros.tasks import Pushing

SMALL = AwacConfig(
    policy_hidden=(16, 16),
    critic_hidden=(16, 16),
    discount=0.97,
    tau=5e-3,
    value="mean",
    log_std_range=(-2.0, -2.0),
)


def make_batch(size=32, **changes):
    columns = {
        "observation": torch.rand(size, 8) * 0.2 + 0.5,
        "action": torch.rand(size, 2) * 2.0 - 1.0,
        "reward": -torch.rand(size),
        "next_observation": torch.rand(size, 8) * 0.2 + 0.5,
        "terminated": torch.zeros(size),
    }
    return Batch(**(columns | changes))


def make_awac(**changes):
    """An Awac whose target critics and policy differ from their start."""
    awac = Awac(Pushing().features(), 2, dataclasses.replace(SMALL, **changes), seed=0)
    for _ in range(3):
        awac.update(make_batch())
    return awac


def terms_of(awac, batch):
    return awac.gradients(batch)[0]


def gaussian_log_density(a, mean, std):
    return sum(
        math.log(math.exp(-0.5 * ((x - m) / std) ** 2) / (std * math.sqrt(2.0 * math.pi)))
        for x, m in zip(a, mean, strict=True)
    )


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("weights", ["softmax", "exp"])
def test_losses_equal_values_worked_out_row_by_row(weights):
    awac = make_awac(weights=weights, largest_weight=1.01, temperature=2.0)
    awac._noise = torch.zeros
    batch = make_batch(6, terminated=torch.tensor([0.0, 1.0, 0.0, 0.0, 1.0, 0.0]))
    terms = terms_of(awac, batch)
    metrics = terms.metrics()

    with torch.no_grad():
        s, s_next = awac.features(batch.observation), awac.features(batch.next_observation)
        mean, mean_next = awac.policy(s)[0], awac.policy(s_next)[0]
        q, q_pi = awac.critic(s, batch.action).tolist(), awac.critic(s, mean).tolist()
        q_next = awac.target_critic(s_next, mean_next).tolist()
    expected_critic_loss, advantages, log_pi = 0.0, [], []
    for row in range(6):
        y = 10.0 * batch.reward[row].item()
        if not batch.terminated[row]:
            y += 0.97 * min(q_next[0][row], q_next[1][row])
        expected_critic_loss += ((q[0][row] - y) ** 2 + (q[1][row] - y) ** 2) / 6
        advantages.append(min(q[0][row], q[1][row]) - min(q_pi[0][row], q_pi[1][row]))
        log_pi.append(gaussian_log_density(batch.action[row].tolist(), mean[row].tolist(), math.exp(-2.0)))
    expected_weights = [math.exp(advantage / 2.0) for advantage in advantages]
    if weights == "softmax":
        expected_weights = [6 * w / sum(expected_weights) for w in expected_weights]
    else:
        assert min(expected_weights) < 1.01 < max(expected_weights), "the clipping must be at work"
        expected_weights = [min(w, 1.01) for w in expected_weights]
    expected_policy_loss = -sum(w * lp for w, lp in zip(expected_weights, log_pi, strict=True)) / 6
    assert terms.critic_loss.item() == pytest.approx(expected_critic_loss, rel=1e-10)
    assert terms.policy_loss.item() == pytest.approx(expected_policy_loss, rel=1e-10)
    assert metrics["advantage"].item() == pytest.approx(sum(advantages) / 6, rel=1e-10)
    shares = np.array(expected_weights) / sum(expected_weights)
    assert metrics["effective_sample_size"].item() == pytest.approx(1.0 / (shares**2).sum(), rel=1e-10)
    assert metrics["weight_entropy"].item() == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-10)


DISTRIBUTIONS = pytest.mark.parametrize("distribution", ["clipped", "tanh"])
LOG_STDS = pytest.mark.parametrize("log_std", ["shared", "state"])


@pytest.mark.usefixtures("_float64")
@DISTRIBUTIONS
@LOG_STDS
def test_gradients_equal_finite_differences(distribution, log_std):
    """The targets and the weights are constants of a step: with both frozen, the losses' slopes are the gradients."""
    awac = make_awac(distribution=distribution, log_std=log_std, log_std_range=(-6.0, 0.0), temperature=1e12)
    batch = make_batch(terminated=torch.ones(32))
    _, phi_gradient, theta_gradient = awac.gradients(batch)
    for vector, gradient, loss in (
        (awac._theta, theta_gradient.clone(), "policy_loss"),
        (awac._phi, phi_gradient.clone(), "critic_loss"),
    ):
        for _ in range(5):
            direction = torch.randn_like(vector)
            direction /= direction.norm()
            start, ends = vector.data.clone(), []
            for step in (1e-6, -1e-6):
                vector.data.copy_(start + step * direction)
                ends.append(getattr(terms_of(awac, batch), loss).item())
            vector.data.copy_(start)
            assert (ends[0] - ends[1]) / 2e-6 == pytest.approx((gradient @ direction).item(), rel=1e-5, abs=1e-8)


@pytest.mark.usefixtures("_float64")
@DISTRIBUTIONS
@LOG_STDS
@pytest.mark.parametrize("critic_layer_norm", [False, True])
def test_gradients_are_autograds_of_the_losses_with_targets_and_weights_held(distribution, log_std, critic_layer_norm):
    awac = make_awac(
        distribution=distribution, log_std=log_std, log_std_range=(-6.0, 0.0), critic_layer_norm=critic_layer_norm
    )
    batch = make_batch()
    terms, phi_gradient, theta_gradient = awac.gradients(batch)
    s = awac.features(batch.observation)
    critic_loss = (awac.critic(s, batch.action) - terms.y).square().mean(1).sum()
    torch.testing.assert_close(torch.autograd.grad(critic_loss, awac._phi)[0], phi_gradient)
    location, log_std_value = awac.policy.unsquashed(s)
    if distribution == "clipped":
        pi, a = torch.distributions.Normal(torch.tanh(location), log_std_value.exp()), batch.action
    else:
        base, a = torch.distributions.Normal(location, log_std_value.exp()), batch.action.clamp(-EDGE, EDGE)
        pi = torch.distributions.TransformedDistribution(base, torch.distributions.transforms.TanhTransform())
    policy_loss = -(terms.weight * pi.log_prob(a).sum(-1)).mean()
    torch.testing.assert_close(torch.autograd.grad(policy_loss, awac._theta)[0], theta_gradient)


def test_a_tanh_policys_draws_and_mean_are_the_tanh_of_a_gaussians():
    awac = make_awac(distribution="tanh", log_std_range=(-1.0, -1.0))
    pi = awac.policy.evaluate(awac.features(make_batch(2000).observation))
    torch.testing.assert_close(awac._act(pi.location, pi.log_std, None), torch.tanh(pi.location))
    drawn = torch.atanh(awac._act(pi.location, pi.log_std, awac._noise(pi.location.shape))) - pi.location
    assert drawn.mean().abs() < 0.02 and drawn.std().item() == pytest.approx(math.exp(-1.0), rel=0.05)
    assert awac.policy_tensors()["squashed"] and "squashed" not in make_awac().policy_tensors()


def test_the_target_is_the_least_of_a_random_subset_of_the_critics():
    awac = make_awac(critics=5, target_critics=2, value="mean")
    batch = make_batch()
    awac._noise = torch.zeros
    s_next = awac.features(batch.next_observation)
    with torch.no_grad():
        awac.target_critic.vector.mul_(3.0)
        q_next = awac.target_critic(s_next, awac.policy(s_next)[0])
    # A member below all others makes several pairs alike, so it is targets that are compared.
    pairs = {torch.minimum(q_next[i], q_next[j]).sum().item() for i in range(5) for j in range(i)}
    drawn = {((terms_of(awac, batch).y - 10.0 * batch.reward) / 0.97).sum().item() for _ in range(100)}
    assert len(pairs) > 1
    assert {round(each, 2) for each in drawn} == {round(each, 2) for each in pairs}


def test_more_target_critics_than_critics_are_refused():
    with pytest.raises(AwacError, match="target_critics is 3; choose 1 to 2"):
        AwacConfig(target_critics=3)


def test_termination_ends_the_sum_of_rewards():
    awac = make_awac()
    done = make_batch(terminated=torch.ones(32), reward=torch.full((32,), -0.5))
    torch.testing.assert_close(terms_of(awac, done).y, torch.full((32,), -5.0))
    assert (terms_of(awac, done._replace(terminated=torch.zeros(32))).y != -5.0).all()


def test_softmax_weights_survive_huge_advantages():
    awac = make_awac(temperature=1e-8)
    terms = terms_of(awac, make_batch())
    assert math.isfinite(terms.policy_loss.item())
    assert terms.metrics()["effective_sample_size"].item() == pytest.approx(1.0)


def test_v_is_taken_at_a_draw_of_the_policy_or_at_its_mean():
    batch = make_batch()
    by_sample, by_mean = make_awac(value="sample", log_std_range=(-0.5, -0.5)), make_awac(value="mean")
    assert len({terms_of(by_sample, batch).advantage.sum().item() for _ in range(4)}) == 4
    assert len({terms_of(by_mean, batch).advantage.sum().item() for _ in range(4)}) == 1


def test_one_update_is_adam_with_weight_decay_on_the_policy_alone_then_polyak():
    awac = Awac(Pushing().features(), 2, dataclasses.replace(SMALL, policy_weight_decay=0.1), seed=0)
    batch = make_batch()
    theta, phi, phi_target = (v.detach().clone() for v in (awac._theta, awac._phi, awac._phi_target))
    assert torch.equal(phi, phi_target), "the targets start as copies"
    awac.update(batch)
    for start, vector, rate, decay in ((theta, awac._theta, 1e-3, 0.1), (phi, awac._phi, 1e-3, 0.0)):
        gradient = vector.grad + decay * start
        # The first step of Adam is the learning rate against the gradient's sign, wherever that is not tiny.
        expected = start - rate * gradient / (gradient.abs() + 1e-8)
        torch.testing.assert_close(vector.detach(), expected, atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(awac._phi_target.detach(), phi + 5e-3 * (awac._phi.detach() - phi))
    torch.testing.assert_close(awac._theta_average.detach(), theta + 2e-3 * (awac._theta.detach() - theta))
    s = awac.features(batch.observation)
    before = awac.critic(s, batch.action).detach()
    awac.update(batch)
    assert not torch.equal(awac.critic(s, batch.action), before)


def test_state_restores_into_a_fresh_awac_bit_for_bit():
    awac = make_awac(value="sample")
    fresh = Awac(Pushing().features(), 2, awac.config, seed=99)
    fresh.restore({name: array.copy() for name, array in awac.state().items()})
    batch = make_batch()
    for _ in range(3):
        ours, theirs = awac.update(batch), fresh.update(batch)
        assert all(torch.equal(our, their) for our, their in zip(ours, theirs, strict=True))
    for name, array in awac.state().items():
        np.testing.assert_array_equal(array, fresh.state()[name], err_msg=name)
