"""The policy and the critics that methods train. They take in a task's features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from awac_ros.learning.perceptrons import Evaluation, Perceptrons


class Features(nn.Module):
    """The task's affine view of an observation (see `Task.features`); the first thing that every network does."""

    def __init__(self, matrix: np.ndarray, offset: np.ndarray) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.tensor(matrix.tolist()))
        self.register_buffer("offset", torch.tensor(offset.tolist()))

    @property
    def size(self) -> int:
        return len(self.offset)

    def forward(self, observation: Tensor) -> Tensor:
        """(B, size) at observations (B, observation_size)."""
        return torch.addmm(self.offset, observation, self.matrix.t())


class GaussianPolicy(nn.Module):
    """pi(a|s): a diagonal Gaussian whose mean is the tanh of an MLP; whoever draws from it clips into [-1, 1]."""

    def __init__(
        self,
        feature_count: int,
        action_size: int,
        hidden: tuple[int, ...],
        log_std: Literal["shared", "state"],
        log_std_range: tuple[float, float],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.action_size = action_size
        self.log_std_low, self.log_std_high = log_std_range
        self.shared = log_std == "shared"
        sizes = (feature_count, *hidden, action_size if self.shared else 2 * action_size)
        self.network = Perceptrons(sizes, generator, free=action_size if self.shared else 0)
        self.layers[-1][0].mul_(0.01)  # so that training starts from the middle of the actions

    @property
    def vector(self) -> nn.Parameter:
        """All parameters."""
        return self.network.vector

    @property
    def layers(self) -> list[tuple[Tensor, Tensor]]:
        """(weight (in, out), bias (out,)) of each layer, as views of the vector."""
        return self.network.layers[0]

    @property
    def log_std_logit(self) -> Tensor | None:
        """(A,) a view of the vector, or None where the last layer's second half holds it."""
        return self.network.free if self.shared else None

    def forward(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (..., A) in [-1, 1] and log standard deviation, (..., A) or (A,), at features s (..., F)."""
        mean, log_std = self.unsquashed(s)
        return torch.tanh(mean), log_std

    def evaluate(self, s: Tensor) -> Gaussian:
        """As `unsquashed`, without autograd, and with the way back."""
        return Gaussian(self, s)

    def infer(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """As `unsquashed`, without a gradient."""
        return self._split(self.network.infer(s)[0], self.network.free)

    def unsquashed(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, with the mean before its tanh."""
        outputs, free = self.network(s)
        return self._split(outputs[0], free)

    def _split(self, output: Tensor, free: Tensor) -> tuple[Tensor, Tensor]:
        logit = free if self.shared else output[:, self.action_size :]
        log_std = self.log_std_low + (self.log_std_high - self.log_std_low) * torch.sigmoid(logit)
        return output[:, : self.action_size], log_std


class Gaussian:
    """What a policy gave at some features, and the way back to its parameters."""

    location: Tensor
    """(B, A): the mean before its tanh."""
    log_std: Tensor
    """(A,) or (B, A)."""

    def __init__(self, policy: GaussianPolicy, s: Tensor) -> None:
        self._policy = policy
        self._evaluation = policy.network.evaluate(s)
        self.location = self._evaluation.outputs[0, :, : policy.action_size]
        logit = policy.network.free if policy.shared else self._evaluation.outputs[0, :, policy.action_size :]
        self._share = torch.sigmoid(logit)
        self.log_std = policy.log_std_low + (policy.log_std_high - policy.log_std_low) * self._share

    def backward(self, of_location: Tensor, of_log_std: Tensor) -> Tensor:
        """A loss's gradient in the policy's vector, from those in the location (B, A) and, row by row, in log_std."""
        policy = self._policy
        of_logit = of_log_std * (self._share * (1.0 - self._share) * (policy.log_std_high - policy.log_std_low))
        if policy.shared:
            return self._evaluation.backward(of_location.unsqueeze(0), of_logit.sum(0))[0]
        return self._evaluation.backward(torch.cat((of_location, of_logit), dim=-1).unsqueeze(0))[0]


class CriticEnsemble(nn.Module):
    """Q_1(s, a) .. Q_E(s, a): independent MLPs."""

    def __init__(
        self,
        feature_count: int,
        action_size: int,
        hidden: tuple[int, ...],
        members: int,
        layer_norm: bool,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        sizes = (feature_count + action_size, *hidden, 1)
        self.network = Perceptrons(sizes, generator, members=members, layer_norm=layer_norm)

    @property
    def vector(self) -> nn.Parameter:
        """All parameters."""
        return self.network.vector

    def forward(self, s: Tensor, a: Tensor) -> Tensor:
        """(E, B) at features s (B, F) and actions a (B, A)."""
        outputs, _ = self.network(torch.cat((s, a), dim=-1))
        return outputs.squeeze(-1)

    def evaluate(self, s: Tensor, a: Tensor) -> Evaluation:
        """As `forward`, without autograd: outputs (E, B, 1) and the way back."""
        return self.network.evaluate(torch.cat((s, a), dim=-1))

    def infer(self, s: Tensor, a: Tensor, members: Sequence[int] | None = None) -> Tensor:
        """As `forward`, without a gradient: (E, B), or of the named members only."""
        return self.network.infer(torch.cat((s, a), dim=-1), members).squeeze(-1)
