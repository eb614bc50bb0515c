"""AWAC (Nair et al., "Accelerating Online Reinforcement Learning with Offline Datasets", arXiv 2006.09359).

The same update runs offline and online. In the paper's symbols: s, a, r, s' a transition of the data beta; pi_theta
the policy; Q_phi the critics; lambda the temperature; A(s, a) = Q(s, a) - V(s) the advantage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from awac_ros.data import Layout
from awac_ros.learning.networks import CriticEnsemble, GaussianPolicy, Normaliser, flatten
from awac_ros.learning.replay import Batch


@dataclass(frozen=True)
class AwacConfig:
    """AWAC's settings; lambda and the rewards have one unit, so reward_scale and temperature act together."""

    policy_hidden: tuple[int, ...] = (256, 256)
    critic_hidden: tuple[int, ...] = (256, 256)
    critics: int = 2
    """Members of the ensemble; the least of them counts, in the target and in the advantage."""
    critic_layer_norm: bool = True
    """Keeps Q from running away on actions that the data lack."""
    log_std: Literal["shared", "state"] = "shared"
    """One learned standard deviation for each entry of the action, or one that depends on the state."""
    log_std_range: tuple[float, float] = (-6.0, 0.0)
    discount: float = 0.97
    reward_scale: float = 10.0
    tau: float = 5e-3
    """The target critics' share of the new critics at each update."""
    weights: Literal["softmax", "exp"] = "softmax"
    """softmax: batch size x softmax over the batch, as the authors run it; exp: clipped at largest_weight."""
    temperature: float = 0.1
    """lambda: small follows the advantage, large imitates the data."""
    largest_weight: float = 100.0
    value: Literal["sample", "mean"] = "sample"
    """The action at which V(s) = Q(s, .) is taken: a draw from the policy, or its mean."""
    policy_learning_rate: float = 1e-3
    critic_learning_rate: float = 1e-3
    policy_weight_decay: float = 1e-4
    """L2, added to the policy's gradient, as the authors do."""


class Awac:
    """The networks, their optimisers, and one gradient step."""

    def __init__(self, layout: Layout, config: AwacConfig, seed: int) -> None:
        self.config = config
        self.generator = torch.Generator().manual_seed(seed)
        sizes = layout.observation_size, layout.action_size
        policy = (config.policy_hidden, config.log_std, config.log_std_range)
        critic = (config.critic_hidden, config.critics, config.critic_layer_norm)
        self.normalise = Normaliser(layout)
        self.policy = GaussianPolicy(*sizes, *policy, self.generator)
        self.critic = CriticEnsemble(*sizes, *critic, self.generator)
        self.target_critic = CriticEnsemble(*sizes, *critic, self.generator).requires_grad_(False)
        self.target_critic.load_state_dict(self.critic.state_dict())
        self._theta, self._phi, self._phi_target = map(flatten, (self.policy, self.critic, self.target_critic))
        self._adam = torch.optim.Adam(
            [
                {
                    "params": [self._theta],
                    "lr": config.policy_learning_rate,
                    "weight_decay": config.policy_weight_decay,
                },
                {"params": [self._phi], "lr": config.critic_learning_rate},
            ],
            fused=True,
        )
        for vector in (self._theta, self._phi):  # Adam's moments exist from the start, for a checkpoint to fill
            moments = {"exp_avg": torch.zeros_like(vector), "exp_avg_sq": torch.zeros_like(vector)}
            self._adam.state[vector] = {"step": torch.zeros(()), **moments}

    def update(self, batch: Batch) -> dict[str, Tensor]:
        """One gradient step on every network; scalars for the log, still on the device."""
        critic_loss, policy_loss, metrics = self.losses(batch)
        self._adam.zero_grad(set_to_none=False)
        torch.autograd.backward((critic_loss, policy_loss))
        self._adam.step()
        self._phi_target.data.lerp_(self._phi.data, self.config.tau)
        return metrics

    def losses(self, batch: Batch) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """The critics' loss, the policy's loss, and what the log shows of them."""
        config = self.config
        s, s_next = self.normalise(batch.observation), self.normalise(batch.next_observation)
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

        share = weight / weight.sum()
        metrics = {
            "critic_loss": critic_loss.detach(),
            "policy_loss": policy_loss.detach(),
            "q": q.detach().mean(),
            "target_q": y.mean(),
            "advantage": advantage.mean(),
            "advantage_std": advantage.std(),
            "weight_entropy": -torch.xlogy(share, share).sum(),
            "effective_sample_size": share.square().sum().reciprocal(),
            "log_pi": log_pi.detach().mean(),
            "log_std": log_std.detach().mean(),
        }
        return critic_loss, policy_loss, metrics

    def policy_tensors(self) -> dict[str, np.ndarray]:
        """Copies, under the names that `Policy.from_weights` reads."""
        policy = self.policy
        tensors = {"observation_shift": self.normalise.shift, "observation_scale": self.normalise.scale}
        for number, (weight, bias) in enumerate(zip(policy.weights, policy.biases, strict=True)):
            tensors |= {f"layer{number}.weight": weight, f"layer{number}.bias": bias}
        if policy.log_std_logit is not None:
            tensors["log_std_logit"] = policy.log_std_logit
        arrays = {name: tensor.detach().numpy().copy() for name, tensor in tensors.items()}
        return arrays | {"log_std_range": np.array(self.config.log_std_range, np.float32)}

    def state(self) -> dict[str, np.ndarray]:
        """Everything that the next update depends on."""
        return {name: tensor.detach().numpy() for name, tensor in self._tensors().items()} | {
            "generator": self.generator.get_state().numpy()
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """What `state` gave, of an Awac with the same layout and config."""
        for name, tensor in self._tensors().items():
            tensor.detach().copy_(torch.from_numpy(arrays[name]))
        self.generator.set_state(torch.from_numpy(arrays["generator"]))

    def _tensors(self) -> dict[str, Tensor]:
        tensors = {"theta": self._theta, "phi": self._phi, "phi_target": self._phi_target}
        for name in ("theta", "phi"):
            tensors |= {f"adam.{name}.{key}": value for key, value in self._adam.state[tensors[name]].items()}
        return tensors

    def _draw(self, mean: Tensor, log_std: Tensor) -> Tensor:
        noise = torch.empty_like(mean).normal_(generator=self.generator)
        return torch.addcmul(mean, noise, log_std.exp()).clamp_(-1.0, 1.0)

