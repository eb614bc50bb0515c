import numpy as np
import torch

from awac_ros.learning.networks import CriticEnsemble, Features, GaussianPolicy
from awac_ros.tasks import Pushing


def test_features_are_the_tasks_affine_view():
    matrix, offset = Pushing().features()
    features = Features(matrix, offset)
    observation = torch.rand(5, 8)
    torch.testing.assert_close(
        features(observation), observation @ torch.from_numpy(matrix).T + torch.from_numpy(offset)
    )
    assert features.size == 12


def test_each_critic_is_an_mlp_of_its_own():
    critic = CriticEnsemble(3, 2, (16, 8), members=3, layer_norm=True, generator=torch.Generator().manual_seed(0))
    critic.vector.data.uniform_(-1.0, 1.0)
    s, a = torch.randn(5, 3), torch.randn(5, 2)
    q = critic(s, a)
    assert q.shape == (3, 5)
    for member in range(3):
        x = torch.cat((s, a), 1).numpy().astype(np.float64)
        for layer, (weight, bias) in enumerate(critic.network.layers[member]):
            x = x @ weight.numpy() + bias.numpy()
            if layer < 2:
                x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
                x = np.maximum(x, 0.0)
        np.testing.assert_allclose(q[member].detach().numpy(), x[:, 0], atol=1e-5)


def test_a_critic_learns_nothing_from_another_ones_loss():
    critic = CriticEnsemble(3, 2, (16, 8), members=2, layer_norm=True, generator=torch.Generator().manual_seed(0))
    critic(torch.randn(5, 3), torch.randn(5, 2))[0].sum().backward()
    (first, second), _ = critic.network.views(critic.vector.grad)
    assert all((weight != 0).any() for weight, _ in first) and all((weight == 0).all() for weight, _ in second)


def test_policy_starts_in_the_middle_with_a_log_std_of_half_range():
    for log_std in ("shared", "state"):
        policy = GaussianPolicy(3, 2, (16,), log_std, (-6.0, 0.0), torch.Generator().manual_seed(0))
        mean, log_std_value = policy(torch.randn(100, 3))
        assert mean.abs().max() < 0.05
        torch.testing.assert_close(log_std_value.mean(), torch.tensor(-3.0), atol=0.05, rtol=0)


def test_log_std_stays_within_its_range():
    policy = GaussianPolicy(3, 2, (16,), "shared", (-6.0, 0.0), torch.Generator().manual_seed(0))
    policy.log_std_logit.copy_(torch.tensor([-1e9, 1e9]))
    torch.testing.assert_close(policy(torch.zeros(1, 3))[1], torch.tensor([-6.0, 0.0]))
