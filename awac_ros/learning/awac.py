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

from awac_ros.errors import AwacError
from awac_ros.learning.adam import Adam
from awac_ros.learning.lanes import make_lanes
from awac_ros.learning.method import Method, gaussian_tensors
from awac_ros.learning.networks import CriticEnsemble, Gaussian, GaussianPolicy
from awac_ros.learning.replay import Batch

EDGE = 0.999
"""Where the data's actions end for a tanh policy: the atanh of 1 is infinite."""


@dataclass(frozen=True)
class AwacConfig:
    """AWAC's settings; lambda and the rewards have one unit, so reward_scale and temperature act together."""

    policy_hidden: tuple[int, ...] = (128, 128)
    critic_hidden: tuple[int, ...] = (128, 128)
    critics: int = 2
    """Members of the ensemble; the least of them counts, in the target and in the advantage."""
    target_critics: int | None = None
    """Where set, the least of so many members, drawn anew for each update, counts in the target (REDQ)."""
    critic_layer_norm: bool = True
    """Keeps Q from running away on actions that the data lack."""
    distribution: Literal["clipped", "tanh"] = "clipped"
    """clipped: a Gaussian around the tanh of the network's output, its draws clipped; tanh: the tanh of a Gaussian."""
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

    def __post_init__(self) -> None:
        if self.target_critics is not None and not 1 <= self.target_critics <= self.critics:
            raise AwacError(f"awac: target_critics is {self.target_critics}; choose 1 to {self.critics}, or none")


class Terms(NamedTuple):
    """What an update computed, for a batch of B and E critics."""

    q: Tensor
    """(E, B): Q(s, a)."""
    y: Tensor
    """(B,): what Q(s, a) should be."""
    advantage: Tensor
    """(B,)."""
    weight: Tensor
    """(B,): exp(A / lambda), normalised or clipped."""
    deviation: Tensor
    """(B, A): how far the data's actions lie from the policy's mean, in standard deviations."""
    log_std: Tensor
    """(A,) or (B, A)."""

    @property
    def critic_loss(self) -> Tensor:
        """E[(Q(s, a) - y)^2], summed over the critics."""
        return (self.q - self.y).square().mean(1).sum()

    @property
    def log_pi(self) -> Tensor:
        """(B,): log pi(a|s) of the data's actions; with a tanh policy, of their atanh."""
        return (-0.5 * self.deviation.square() - self.log_std - 0.5 * math.log(2.0 * math.pi)).sum(-1)

    @property
    def policy_loss(self) -> Tensor:
        """-E[log pi(a|s) exp(A(s, a) / lambda) / Z]."""
        return -(self.weight * self.log_pi).mean()

    def metrics(self) -> dict[str, Tensor]:
        """Scalars for the log, still on the device."""
        share = self.weight / self.weight.sum()
        return {
            "critic_loss": self.critic_loss,
            "policy_loss": self.policy_loss,
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
        self,
        features: tuple[np.ndarray, np.ndarray],
        action_size: int,
        config: AwacConfig,
        seed: int,
        device: str = "cpu",
    ) -> None:
        super().__init__(features, seed, device)
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
        self._theta, self._theta_average = self.policy.vector, self.average_policy.vector
        self._phi, self._phi_target = self.critic.vector, self.target_critic.vector
        self._target_lane, self._policy_lane = make_lanes(self.generator.device, 2)
        self._theta_adam = Adam(self._theta, config.policy_learning_rate, config.policy_weight_decay)
        self._phi_adam = Adam(self._phi, config.critic_learning_rate)

    @torch.no_grad()
    def update(self, batch: Batch) -> Terms:
        terms, self._phi.grad, self._theta.grad = self.gradients(batch)
        self._phi_adam.step()
        self._theta_adam.step()
        self._phi_target.lerp_(self._phi, self.config.tau)
        self._theta_average.lerp_(self._theta, self.config.policy_average)
        return terms

    @torch.no_grad()
    def gradients(self, batch: Batch) -> tuple[Terms, Tensor, Tensor]:
        """What an update is made of, and the gradients of the critics' loss in phi and of the policy's in theta.

        The gradients are the networks' own, until the next call.
        """
        config = self.config
        s, s_next = self.features(batch.observation), self.features(batch.next_observation)
        a, r, size = batch.action, batch.reward * config.reward_scale, len(batch.action)

        # What is drawn, in this order wherever the rest is computed.
        shape = len(a), self.policy.action_size
        noise_next, subset = self._noise(shape), self._subset()
        noise = None if config.value == "mean" else self._noise(shape)

        def target() -> Tensor:
            """y = r + gamma E_{a' ~ pi} min Q_target(s', a').

            Only termination ends the sum of rewards: a truncated step bootstraps from its true next state.
            """
            q_next = self._target_q(s_next, self._act(*self.policy.infer(s_next), noise_next), subset)
            return r + config.discount * (1.0 - batch.terminated) * q_next

        def value() -> tuple[Gaussian, Tensor]:
            """pi(.|s), and V(s) = Q(s, a ~ pi)."""
            pi = self.policy.evaluate(s)
            return pi, self.critic.infer(s, self._act(pi.location, pi.log_std, noise)).amin(0)

        def improvement(pi: Gaussian, q: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
            """theta = arg max E[log pi(a|s) exp(A(s, a) / lambda) / Z], log pi = log N(a; mean, std)."""
            advantage = q.amin(0) - v
            # Weights: exp(A / lambda), with 1 / Z taken over the batch or left out.
            if config.weights == "softmax":
                weight = torch.softmax(advantage / config.temperature, 0) * size
            else:
                weight = torch.exp(advantage / config.temperature).clamp_(max=config.largest_weight)
            tanh = torch.tanh(pi.location)
            std = torch.exp(pi.log_std)
            if config.distribution == "clipped":
                deviation, slope = (a - tanh) / std, 1.0 - tanh.square()
            else:
                deviation, slope = (torch.atanh(a.clamp(-EDGE, EDGE)) - pi.location) / std, 1.0
            share = (weight / size).unsqueeze(-1)
            gradient = pi.backward(-share * deviation / std * slope, share * (1.0 - deviation.square()))
            return gradient, advantage, weight, deviation

        # Policy evaluation: phi = arg min E[(Q(s, a) - y)^2]. Its Q(s, a) serves the advantage A = Q(s, a) - V(s), too.
        self._target_lane.start(target)
        self._policy_lane.start(value)
        critic = self.critic.evaluate(s, a)
        q = critic.outputs.squeeze(-1)
        pi, v = self._policy_lane.join()
        self._policy_lane.start(improvement, pi, q, v)
        y = self._target_lane.join()
        phi_gradient, _ = critic.backward((2.0 / size * (q - y)).unsqueeze(-1))
        theta_gradient, advantage, weight, deviation = self._policy_lane.join()
        return Terms(q, y, advantage, weight, deviation, pi.log_std), phi_gradient, theta_gradient

    def policy_tensors(self) -> dict[str, np.ndarray]:
        squashed = {"squashed": np.ones((), np.float32)} if self.config.distribution == "tanh" else {}
        return gaussian_tensors(self.features, self.average_policy) | squashed

    def tensors(self) -> dict[str, Tensor]:
        trained = {"theta": self._theta, "phi": self._phi}
        averages = {"theta_average": self._theta_average, "phi_target": self._phi_target}
        return trained | averages | self._theta_adam.tensors("theta") | self._phi_adam.tensors("phi")

    def _noise(self, shape: tuple[int, int]) -> Tensor:
        return torch.empty(shape, device=self._theta.device).normal_(generator=self.generator)

    def _act(self, location: Tensor, log_std: Tensor, noise: Tensor | None) -> Tensor:
        """(B, A): actions a ~ pi, or the mean ones."""
        clipped = self.config.distribution == "clipped"
        x = torch.tanh(location) if clipped else location
        if noise is not None:
            x = torch.addcmul(x, noise, log_std.exp())
        return x.clamp_(-1.0, 1.0) if clipped else torch.tanh(x)

    def _subset(self) -> list[int] | Tensor | None:
        """The critics that the target is the least of, drawn for this update; None for all of them."""
        count, subset = self.config.critics, self.config.target_critics
        if subset is None:
            return None
        if self._theta.is_cuda:  # to know which would be to wait for the GPU
            return torch.rand(count, device=self._theta.device, generator=self.generator).topk(subset).indices
        return torch.randperm(count, generator=self.generator)[:subset].tolist()

    def _target_q(self, s: Tensor, a: Tensor, members: list[int] | Tensor | None) -> Tensor:
        """(B,): the least of these target critics."""
        if isinstance(members, Tensor):
            return self.target_critic.infer(s, a)[members].amin(0)
        return self.target_critic.infer(s, a, members).amin(0)
