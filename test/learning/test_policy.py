import dataclasses

import numpy as np
import pytest
import torch

from awac_ros.errors import AwacError
from awac_ros.learning.awac import Awac, AwacConfig
from awac_ros.learning.policy import Policy
from awac_ros.learning.sac import Sac, SacConfig
from awac_ros.learning.weights import PolicyWeights
from awac_ros.tasks import Pushing


def trained_awac(log_std):
    """A policy whose every parameter has moved away from its start."""
    awac = Awac(Pushing().features(), 2, AwacConfig(policy_hidden=(256,) * 4, log_std=log_std), seed=1)
    for parameter in awac.average_policy.parameters():
        parameter.data.add_(0.05 * torch.randn(parameter.shape, generator=awac.generator))
    return awac


def weights_of(method):
    return PolicyWeights(method.policy_tensors(), Pushing().layout.hash, 3, 0, 0)


@pytest.mark.parametrize("log_std", ["shared", "state"])
def test_mean_and_spread_equal_those_of_torch(log_std, rng):
    awac = trained_awac(log_std)
    policy = Policy.from_weights(weights_of(awac))
    observation = rng.uniform((0.5, -0.2) * 4, (0.7, 0.2) * 4, (200, 8)).astype(np.float32)
    with torch.no_grad():
        mean, log_std_of_torch = awac.average_policy(awac.features(torch.from_numpy(observation)))
    np.testing.assert_allclose([policy.mean(row) for row in observation], mean.numpy(), atol=1e-6)

    std = log_std_of_torch.exp().expand_as(mean).numpy()
    noise = np.random.default_rng(5).standard_normal((200, 2), np.float32)
    draws_rng = np.random.default_rng(5)
    draws = [policy.sample(row, draws_rng) for row in observation]
    np.testing.assert_allclose(draws, np.clip(mean.numpy() + std * noise, -1, 1), atol=1e-6)


def test_a_squashed_policy_equals_that_of_torch(rng):
    sac = Sac(Pushing().features(), 2, SacConfig(policy_hidden=(256,) * 4, log_std_range=(-5.0, 2.0)), seed=1)
    for parameter in sac.policy.parameters():
        parameter.data.add_(0.05 * torch.randn(parameter.shape, generator=sac.generator))
    policy = Policy.from_weights(weights_of(sac))
    observation = rng.uniform((0.5, -0.2) * 4, (0.7, 0.2) * 4, (200, 8)).astype(np.float32)
    noise = np.random.default_rng(5).standard_normal((200, 2), np.float32)
    with torch.no_grad():
        mean, log_std = sac.policy.unsquashed(sac.features(torch.from_numpy(observation)))
        expected = torch.tanh(mean + log_std.exp() * torch.from_numpy(noise)).numpy()
    np.testing.assert_allclose([policy.mean(row) for row in observation], torch.tanh(mean).numpy(), atol=1e-6)
    draws_rng = np.random.default_rng(5)
    draws = [policy.sample(row, draws_rng) for row in observation]
    np.testing.assert_allclose(draws, expected, atol=1e-6)
    assert draws[0].dtype == np.float32


def test_actions_are_float32_within_bounds_and_keep_their_values(rng):
    awac = trained_awac("shared")
    awac.average_policy.log_std_logit.data.fill_(20.0)  # a standard deviation of 1: draws beyond the bounds
    policy = Policy.from_weights(weights_of(awac))
    observation = np.zeros(8, np.float32)
    draws = [policy.sample(observation, rng) for _ in range(200)]
    kept = [draw.copy() for draw in draws]
    policy.mean(np.ones(8, np.float32))
    np.testing.assert_array_equal(draws, kept)
    assert draws[0].dtype == np.float32 and policy.mean(observation).dtype == np.float32
    assert np.abs(draws).max() == 1.0


def test_the_version_travels_along():
    assert Policy.from_weights(weights_of(trained_awac("shared"))).version == 3


@pytest.mark.parametrize("name", ["features.offset", "layer0.weight", "layer4.bias", "log_std_range"])
def test_a_missing_tensor_is_named(name):
    weights = weights_of(trained_awac("shared"))
    tensors = {key: value for key, value in weights.tensors.items() if key != name}
    with pytest.raises(AwacError, match=r"policy weights: .*take what awac_ros wrote"):
        Policy.from_weights(dataclasses.replace(weights, tensors=tensors))


def test_layers_that_do_not_fit_are_refused():
    weights = weights_of(trained_awac("shared"))
    tensors = {**weights.tensors, "layer1.weight": np.zeros((256, 255), np.float32)}
    with pytest.raises(AwacError, match=r"layer1\.weight \(256, 255\)"):
        Policy.from_weights(dataclasses.replace(weights, tensors=tensors))
