"""The policy and the critics that AWAC trains. They take in a task's features."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional


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
        return torch.addmm(self.offset, observation, self.matrix.T)


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
        sizes = [feature_count, *hidden, action_size if log_std == "shared" else 2 * action_size]
        self.weights = nn.ParameterList(
            _uniform((outputs, inputs), inputs, generator) for inputs, outputs in zip(sizes, sizes[1:], strict=False)
        )
        self.biases = nn.ParameterList(torch.zeros(size) for size in sizes[1:])
        self.weights[-1].data.mul_(0.01)  # so that training starts from the middle of the actions
        self.log_std_logit = nn.Parameter(torch.zeros(action_size)) if log_std == "shared" else None
        self._layers = list(zip(self.weights, self.biases, strict=True))

    def forward(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (..., A) in [-1, 1] and log standard deviation, (..., A) or (A,), at features s (..., F)."""
        mean, log_std = self.unsquashed(s)
        return torch.tanh(mean), log_std

    def unsquashed(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """The same with the mean before its tanh, for a policy that squashes its draws instead of clipping them."""
        *hidden, (weight, bias) = self._layers
        x = s
        for hidden_weight, hidden_bias in hidden:
            x = functional.linear(x, hidden_weight, hidden_bias).relu_()
        x = functional.linear(x, weight, bias)
        logit = x[..., self.action_size :] if self.log_std_logit is None else self.log_std_logit
        log_std = self.log_std_low + (self.log_std_high - self.log_std_low) * torch.sigmoid(logit)
        return x[..., : self.action_size], log_std


class CriticEnsemble(nn.Module):
    """Q_1(s, a) .. Q_E(s, a): independent MLPs, evaluated together as batched matrix products."""

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
        self.members = members
        sizes = [feature_count + action_size, *hidden, 1]
        # No gain or bias to learn: the next layer has its own. Constant ones make torch take its faster kernel.
        self.norms = [(torch.ones(size), torch.zeros(size)) if layer_norm else None for size in hidden]
        self.weights = nn.ParameterList(
            _uniform((members, inputs, outputs), inputs, generator)
            for inputs, outputs in zip(sizes, sizes[1:], strict=False)
        )
        self.biases = nn.ParameterList(torch.zeros(members, 1, size) for size in sizes[1:])
        self._layers = list(zip(self.weights, self.biases, strict=True))

    def forward(self, s: Tensor, a: Tensor) -> Tensor:
        """(E, B) at features s (B, F) and actions a (B, A)."""
        *hidden, (weight, bias) = self._layers
        x = torch.cat((s, a), dim=-1).expand(self.members, -1, -1)
        for (hidden_weight, hidden_bias), norm in zip(hidden, self.norms, strict=True):
            x = torch.baddbmm(hidden_bias, x, hidden_weight)
            if norm is not None:
                x = functional.layer_norm(x, x.shape[-1:], *norm)
            x = x.relu_()
        return torch.baddbmm(bias, x, weight).squeeze(-1)


def flatten(network: nn.Module) -> nn.Parameter:
    """Move a network's parameters into one vector, and their gradients into its gradient.

    The parameters stay, as views: one operation on the vector (Adam, a mean of two networks) serves them all.
    """
    parameters = list(network.parameters())
    vector = nn.Parameter(nn.utils.parameters_to_vector(parameters).detach())
    vector.grad = torch.zeros_like(vector)
    sizes = [parameter.numel() for parameter in parameters]
    for parameter, values, gradient in zip(parameters, vector.data.split(sizes), vector.grad.split(sizes), strict=True):
        parameter.data = values.view_as(parameter)
        parameter.grad = gradient.view_as(parameter) if parameter.requires_grad else None
    return vector


def _uniform(shape: tuple[int, ...], fan_in: int, generator: torch.Generator) -> nn.Parameter:
    bound = 1.0 / math.sqrt(fan_in)
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=generator))
