"""Behavioural cloning: the policy of AWAC, with every weight equal.

In AWAC's symbols: s, a a state and its action in the data beta; pi_theta the policy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from awac_ros.learning.adam import Adam
from awac_ros.learning.method import Method, gaussian_tensors
from awac_ros.learning.networks import GaussianPolicy
from awac_ros.learning.replay import Batch


@dataclass(frozen=True)
class BcConfig:
    """Behavioural cloning's settings; it wants a replay without drawn_goals: a random goal explains no action."""

    policy_hidden: tuple[int, ...] = (128, 128)
    log_std: Literal["shared", "state"] = "shared"
    """One learned standard deviation for each entry of the action, or one that depends on the state."""
    log_std_range: tuple[float, float] = (-6.0, 0.0)
    policy_learning_rate: float = 1e-3
    policy_weight_decay: float = 1e-4
    """L2, added to the policy's gradient."""
    policy_average: float = 2e-3
    """The newest policy's share, at each update, in the running average that acts and is judged."""


class Terms(NamedTuple):
    """What an update computed, for a batch of B."""

    policy_loss: Tensor
    log_pi: Tensor
    """(B,): log pi(a|s) of the data's actions."""
    log_std: Tensor
    """(A,) or (B, A)."""

    @torch.no_grad()
    def metrics(self) -> dict[str, Tensor]:
        """Scalars for the log, still on the device."""
        return {
            "policy_loss": self.policy_loss.detach(),
            "log_pi": self.log_pi.mean(),
            "log_std": self.log_std.mean(),
        }


class Bc(Method):
    """The policy, its optimiser, and one gradient step."""

    def __init__(
        self,
        features: tuple[np.ndarray, np.ndarray],
        action_size: int,
        config: BcConfig,
        seed: int,
        device: str = "cpu",
    ) -> None:
        super().__init__(features, seed, device)
        self.config = config
        policy = (self.features.size, action_size, config.policy_hidden, config.log_std, config.log_std_range)
        self.policy = GaussianPolicy(*policy, self.generator)
        self.average_policy = GaussianPolicy(*policy, self.generator).requires_grad_(False)
        self.average_policy.load_state_dict(self.policy.state_dict())
        self._theta, self._theta_average = self.policy.vector, self.average_policy.vector
        self._adam = Adam(self._theta, config.policy_learning_rate, config.policy_weight_decay)

    def update(self, batch: Batch) -> Terms:
        terms = self.terms(batch)
        (self._theta.grad,) = torch.autograd.grad(terms.policy_loss, self._theta)
        self._adam.step()
        self._theta_average.data.lerp_(self._theta.data, self.config.policy_average)
        return terms

    def terms(self, batch: Batch) -> Terms:
        """The loss, and what it is made of."""
        s, a = self.features(batch.observation), batch.action

        # Maximum likelihood: theta = arg max E[log pi(a|s)].
        mean, log_std = self.policy(s)
        log_pi = (-0.5 * ((a - mean) * torch.exp(-log_std)).square() - log_std - 0.5 * math.log(2.0 * math.pi)).sum(-1)
        policy_loss = -log_pi.mean()

        return Terms(policy_loss, log_pi, log_std)

    def policy_tensors(self) -> dict[str, np.ndarray]:
        return gaussian_tensors(self.features, self.average_policy)

    def tensors(self) -> dict[str, Tensor]:
        return {"theta": self._theta, "theta_average": self._theta_average} | self._adam.tensors("theta")
