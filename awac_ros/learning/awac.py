"""AWAC (Nair et al., "Accelerating Online Reinforcement Learning with Offline Datasets", arXiv 2006.09359).

The same update runs offline and online. In the paper's symbols: s, a, r, s' a transition of the data beta; pi_theta
the policy; Q_phi the critics; lambda the temperature; A(s, a) = Q(s, a) - V(s) the advantage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from awac_ros.learning.method import Method, adam, adam_tensors, gaussian_tensors
from awac_ros.learning.networks import CriticEnsemble, GaussianPolicy, flatten
from awac_ros.learning.replay import Batch


@dataclass(frozen=True)
class AwacConfig:
    """AWAC's settings; lambda and the rewards have one unit, so reward_scale and temperature act together."""

    policy_hidden: tuple[int, ...] = (128, 128)
    critic_hidden: tuple[int, ...] = (128, 128)
    critics: int = 2
    """Members of the ensemble; the least of them counts, in the target and in the advantage."""
    critic_layer_norm: bool = True
    """Keeps Q from running away on actions that the data lack."""
    log_std: Literal["shared", "state"] = "shared"
    """One learned standard deviation for each entry of the action, or one that depends on the state."""
    log_std_range: tuple[float, float] = (-6.0, 0.0)
    discount: float = 0.95
    reward_scale: float = 10.0
    tau: float = 0.02
    """The target critics' share of the new critics at each update."""
    weights: Literal["softmax", "exp"] = "softmax"
    """softmax: batch size x softmax over the batch, as the authors run it; exp: clipped at largest_weight."""
    temperature: float = 0.2
    """lambda: small follows the advantage, large imitates the data."""
    largest_weight: float = 100.0
    value: Literal["sample", "mean"] = "sample"
    """The action at which V(s) = Q(s, .) is taken: a draw from the policy, or its mean."""
    policy_learning_rate: float = 1e-3
    critic_learning_rate: float = 1e-3
    policy_weight_decay: float = 1e-4
    """L2, added to the policy's gradient, as the authors do."""
    policy_average: float = 2e-3
    """The newest policy's share, at each update, in the running average that acts and is judged."""


class Terms(NamedTuple):
    """What an update computed, for a batch of B and E critics."""

    critic_loss: Tensor
    policy_loss: Tensor
    q: Tensor
    """(E, B): Q(s, a)."""
    y: Tensor
    """(B,): what Q(s, a) should be."""
    advantage: Tensor
    """(B,)."""
    weight: Tensor
    """(B,): exp(A / lambda), normalised or clipped."""
    log_pi: Tensor
    """(B,): log pi(a|s) of the data's actions."""
    log_std: Tensor
    """(A,) or (B, A)."""

    @torch.no_grad()
    def metrics(self) -> dict[str, Tensor]:
        """Scalars for the log, still on the device."""
        share = self.weight / self.weight.sum()
        return {
            "critic_loss": self.critic_loss.detach(),
            "policy_loss": self.policy_loss.detach(),
            "q": self.q.mean(),
            "target_q": self.y.mean(),
            "advantage": self.advantage.mean(),
            "advantage_std": self.advantage.std(),
            "weight_entropy": -torch.xlogy(share, share).sum(),
            "effective_sample_size": share.square().sum().reciprocal(),
            "log_pi": self.log_pi.mean(),
            "log_std": self.log_std.mean(),
        }


class Awac(Method):
    """AWAC's networks, their optimiser, and one gradient step."""

    def __init__(
        self, features: tuple[np.ndarray, np.ndarray], action_size: int, config: AwacConfig, seed: int
    ) -> None:
        super().__init__(features, seed)
        self.config = config
        sizes = self.features.size, action_size
        policy = (config.policy_hidden, config.log_std, config.log_std_range)
        critic = (config.critic_hidden, config.critics, config.critic_layer_norm)
        self.policy = GaussianPolicy(*sizes, *policy, self.generator)
        self.average_policy = GaussianPolicy(*sizes, *policy, self.generator).requires_grad_(False)
        self.average_policy.load_state_dict(self.policy.state_dict())
        self.critic = CriticEnsemble(*sizes, *critic, self.generator)
        self.target_critic = CriticEnsemble(*sizes, *critic, self.generator).requires_grad_(False)
        self.target_critic.load_state_dict(self.critic.state_dict())
        self._theta, self._theta_average = flatten(self.policy), flatten(self.average_policy)
        self._phi, self._phi_target = flatten(self.critic), flatten(self.target_critic)
        self._adam = adam(
            {"params": [self._theta], "lr": config.policy_learning_rate, "weight_decay": config.policy_weight_decay},
            {"params": [self._phi], "lr": config.critic_learning_rate},
        )

    def update(self, batch: Batch) -> Terms:
        terms = self.terms(batch)
        self._theta.grad.zero_()
        self._phi.grad.zero_()
        torch.autograd.backward((terms.critic_loss, terms.policy_loss))
        self._adam.step()
        self._phi_target.data.lerp_(self._phi.data, self.config.tau)
        self._theta_average.data.lerp_(self._theta.data, self.config.policy_average)
        return terms

    def terms(self, batch: Batch) -> Terms:
        """Both losses, and what they are made of."""
        config = self.config
        s, s_next = self.features(batch.observation), self.features(batch.next_observation)
        a, r = batch.action, batch.reward * config.reward_scale

        # Policy evaluation: phi = arg min E[(Q(s, a) - y)^2], y = r + gamma E_{a' ~ pi} min Q_target(s', a').
        # Only termination ends the sum of rewards: a truncated step bootstraps from its true next state.
        with torch.no_grad():
            a_next = self._draw(*self.policy(s_next))
            y = r + config.discount * (1.0 - batch.terminated) * self.target_critic(s_next, a_next).amin(0)
        q = self.critic(s, a)
        critic_loss = (q - y).square().mean(1).sum()

        # Advantage: A(s, a) = Q(s, a) - V(s), V(s) = Q(s, a ~ pi); Q(s, a) is the one computed above.
        mean, log_std = self.policy(s)
        with torch.no_grad():
            v = self.critic(s, self._draw(mean, log_std) if config.value == "sample" else mean).amin(0)
            advantage = q.amin(0) - v
            # Weights: exp(A / lambda), with 1 / Z taken over the batch or left out.
            if config.weights == "softmax":
                weight = torch.softmax(advantage / config.temperature, 0) * len(a)
            else:
                weight = torch.exp(advantage / config.temperature).clamp(max=config.largest_weight)

        # Policy improvement: theta = arg max E[log pi(a|s) exp(A(s, a) / lambda) / Z].
        log_pi = (-0.5 * ((a - mean) * torch.exp(-log_std)).square() - log_std - 0.5 * math.log(2.0 * math.pi)).sum(-1)
        policy_loss = -(weight * log_pi).mean()

        return Terms(critic_loss, policy_loss, q, y, advantage, weight, log_pi, log_std)

    def policy_tensors(self) -> dict[str, np.ndarray]:
        return gaussian_tensors(self.features, self.average_policy)

    def tensors(self) -> dict[str, Tensor]:
        trained = {"theta": self._theta, "phi": self._phi}
        averages = {"theta_average": self._theta_average, "phi_target": self._phi_target}
        return trained | averages | adam_tensors(self._adam, trained)

    def _draw(self, mean: Tensor, log_std: Tensor) -> Tensor:
        noise = torch.empty_like(mean).normal_(generator=self.generator)
        return torch.addcmul(mean, noise, log_std.exp()).clamp_(-1.0, 1.0)
