"""SAC (Haarnoja et al., "Soft Actor-Critic Algorithms and Applications", arXiv 1812.05905).

The same update runs on any data: none but its own, demos beside it, or old data before it. The symbols are those of
`awac.py`: s, a, r, s' a transition; pi_theta the policy; Q_phi the critics (in the paper theta and phi change places);
alpha is the temperature, the price of entropy in units of the scaled reward.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from awac_ros.learning.adam import Adam
from awac_ros.learning.method import Method, gaussian_tensors
from awac_ros.learning.networks import CriticEnsemble, GaussianPolicy
from awac_ros.learning.replay import Batch


@dataclass(frozen=True)
class SacConfig:
    """SAC's settings; alpha starts at 1 and seeks an entropy of minus the action's size."""

    policy_hidden: tuple[int, ...] = (128, 128)
    critic_hidden: tuple[int, ...] = (128, 128)
    critic_layer_norm: bool = True
    """Keeps Q from running away on actions that the data lack."""
    log_std_range: tuple[float, float] = (-5.0, 2.0)
    """Of the Gaussian before the tanh."""
    discount: float = 0.95
    reward_scale: float = 10.0
    tau: float = 0.02
    """The target critics' share of the new critics at each update."""
    policy_learning_rate: float = 1e-3
    critic_learning_rate: float = 1e-3
    alpha_learning_rate: float = 1e-3
    """Of log alpha."""


class Terms(NamedTuple):
    """What an update computed, for a batch of B."""

    critic_loss: Tensor
    policy_loss: Tensor
    alpha_loss: Tensor
    q: Tensor
    """(2, B): Q(s, a)."""
    y: Tensor
    """(B,): what Q(s, a) should be."""
    alpha: Tensor
    log_pi: Tensor
    """(B,): log pi(a|s) of the policy's own draws."""
    log_std: Tensor
    """(B, A): before the tanh."""

    @torch.no_grad()
    def metrics(self) -> dict[str, Tensor]:
        """Scalars for the log, still on the device."""
        return {
            "critic_loss": self.critic_loss.detach(),
            "policy_loss": self.policy_loss.detach(),
            "alpha_loss": self.alpha_loss.detach(),
            "q": self.q.mean(),
            "target_q": self.y.mean(),
            "alpha": self.alpha,
            "entropy": -self.log_pi.mean(),
            "log_std": self.log_std.mean(),
        }


class Sac(Method):
    """SAC's networks, their optimiser, and one gradient step."""

    def __init__(
        self,
        features: tuple[np.ndarray, np.ndarray],
        action_size: int,
        config: SacConfig,
        seed: int,
        device: str = "cpu",
    ) -> None:
        super().__init__(features, seed, device)
        self.config = config
        sizes = self.features.size, action_size
        critic = (config.critic_hidden, 2, config.critic_layer_norm)
        self.policy = GaussianPolicy(*sizes, config.policy_hidden, "state", config.log_std_range, self.generator)
        self.critic = CriticEnsemble(*sizes, *critic, self.generator)
        self.target_critic = CriticEnsemble(*sizes, *critic, self.generator).requires_grad_(False)
        self.target_critic.load_state_dict(self.critic.state_dict())
        self._theta = self.policy.vector
        self._phi, self._phi_target = self.critic.vector, self.target_critic.vector
        self._log_alpha = nn.Parameter(torch.zeros((), device=device))
        self._target_entropy = -float(action_size)
        self._theta_adam = Adam(self._theta, config.policy_learning_rate)
        self._phi_adam = Adam(self._phi, config.critic_learning_rate)
        self._alpha_adam = Adam(self._log_alpha, config.alpha_learning_rate)

    def update(self, batch: Batch) -> Terms:
        terms = self.terms(batch)
        # Each loss moves its own parameters: the policy's goes through the critics and leaves them as they are.
        (self._phi.grad,) = torch.autograd.grad(terms.critic_loss, self._phi)
        (self._log_alpha.grad,) = torch.autograd.grad(terms.alpha_loss, self._log_alpha)
        (self._theta.grad,) = torch.autograd.grad(terms.policy_loss, self._theta)
        for adam in (self._phi_adam, self._alpha_adam, self._theta_adam):
            adam.step()
        self._phi_target.data.lerp_(self._phi.data, self.config.tau)
        return terms

    def terms(self, batch: Batch) -> Terms:
        """The three losses, and what they are made of."""
        config = self.config
        s, s_next = self.features(batch.observation), self.features(batch.next_observation)
        a, r = batch.action, batch.reward * config.reward_scale
        alpha = self._log_alpha.detach().exp()

        # Critics (eq. 5): phi = arg min E[(Q(s, a) - y)^2 / 2], y = r + gamma E_{a' ~ pi}[min Q_target - alpha log pi].
        # Only termination ends the sum of rewards: a truncated step bootstraps from its true next state.
        with torch.no_grad():
            a_next, log_pi_next, _ = self._draw(s_next)
            v_next = self.target_critic(s_next, a_next).amin(0) - alpha * log_pi_next
            y = r + config.discount * (1.0 - batch.terminated) * v_next
        q = self.critic(s, a)
        critic_loss = 0.5 * (q - y).square().mean(1).sum()

        # Policy (eq. 9): theta = arg min E_{a ~ pi}[alpha log pi(a|s) - min Q(s, a)], a differentiable in theta.
        a_pi, log_pi, log_std = self._draw(s)
        policy_loss = (alpha * log_pi - self.critic(s, a_pi).amin(0)).mean()

        # Temperature (eq. 18): alpha = arg min E_{a ~ pi}[-alpha log pi(a|s) - alpha H], H the entropy sought.
        alpha_loss = -(self._log_alpha.exp() * (log_pi.detach() + self._target_entropy)).mean()

        return Terms(critic_loss, policy_loss, alpha_loss, q, y, alpha, log_pi, log_std)

    def policy_tensors(self) -> dict[str, np.ndarray]:
        return gaussian_tensors(self.features, self.policy) | {"squashed": np.ones((), np.float32)}

    def tensors(self) -> dict[str, Tensor]:
        trained = {"theta": self._theta, "phi": self._phi, "log_alpha": self._log_alpha}
        moments = {
            **self._theta_adam.tensors("theta"),
            **self._phi_adam.tensors("phi"),
            **self._alpha_adam.tensors("log_alpha"),
        }
        return trained | {"phi_target": self._phi_target} | moments

    def _draw(self, s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """a = tanh(u), u ~ N(mean, std) of s, then log pi(a|s) (B,), and log std (B, A).

        log pi(a|s) = log N(u) - sum log(1 - tanh(u)^2) (appendix C); the latter is 2 (log 2 - u - softplus(-2 u)),
        which stays exact where tanh(u) rounds to 1.
        """
        mean, log_std = self.policy.unsquashed(s)
        noise = torch.empty_like(mean).normal_(generator=self.generator)
        u = torch.addcmul(mean, noise, log_std.exp())
        log_gaussian = -0.5 * noise.square() - log_std - 0.5 * math.log(2.0 * math.pi)
        log_slope = 2.0 * (math.log(2.0) - u - functional.softplus(-2.0 * u))
        return torch.tanh(u), (log_gaussian - log_slope).sum(-1), log_std
