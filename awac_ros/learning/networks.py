"""The policy and the critics that AWAC trains. Observations come normalised: see `Normaliser`."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from awac_ros.data import Layout


class Normaliser(nn.Module):
    """A fixed affine map: the centre of each entry's expected range to 0, its ends to -1 and 1."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        low, high = (torch.tensor(end.tolist()) for end in (layout.observation_low, layout.observation_high))
        self.register_buffer("shift", (high + low) / 2.0)
        self.register_buffer("scale", 2.0 / (high - low))

    def forward(self, observation: Tensor) -> Tensor:
        return (observation - self.shift) * self.scale


class GaussianPolicy(nn.Module):
    """pi(a|s): a diagonal Gaussian whose mean is the tanh of an MLP; whoever draws from it clips into [-1, 1]."""

    def __init__(
        self,
        observation_size: int,
        action_size: int,
        hidden: tuple[int, ...],
        log_std: Literal["shared", "state"],
        log_std_range: tuple[float, float],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.action_size = action_size
        self.log_std_low, self.log_std_high = log_std_range
        sizes = [observation_size, *hidden, action_size if log_std == "shared" else 2 * action_size]
        self.weights = nn.ParameterList(
            _uniform((outputs, inputs), inputs, generator) for inputs, outputs in zip(sizes, sizes[1:], strict=False)
        )
        self.biases = nn.ParameterList(torch.zeros(size) for size in sizes[1:])
        self.weights[-1].data.mul_(0.01)  # so that training starts from the middle of the actions
        self.log_std_logit = nn.Parameter(torch.zeros(action_size)) if log_std == "shared" else None

    def forward(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (..., A) in [-1, 1] and log standard deviation, (..., A) or (A,), at normalised s (..., O)."""
        *hidden, (weight, bias) = zip(self.weights, self.biases, strict=True)
        x = s
        for hidden_weight, hidden_bias in hidden:
            x = functional.linear(x, hidden_weight, hidden_bias).relu_()
        x = functional.linear(x, weight, bias)
        logit = x[..., self.action_size :] if self.log_std_logit is None else self.log_std_logit
        log_std = self.log_std_low + (self.log_std_high - self.log_std_low) * torch.sigmoid(logit)
        return torch.tanh(x[..., : self.action_size]), log_std


class CriticEnsemble(nn.Module):
    """Q_1(s, a) .. Q_E(s, a): independent MLPs, evaluated together as batched matrix products."""

    def __init__(
        self,
        observation_size: int,
        action_size: int,
        hidden: tuple[int, ...],
        members: int,
        layer_norm: bool,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.members = members
        sizes = [observation_size + action_size, *hidden, 1]
        # No gain or bias to learn: the next layer has its own. Constant ones make torch take its faster kernel.
        self.norms = [(torch.ones(size), torch.zeros(size)) if layer_norm else None for size in hidden]
        self.weights = nn.ParameterList(
            _uniform((members, inputs, outputs), inputs, generator)
            for inputs, outputs in zip(sizes, sizes[1:], strict=False)
        )
        self.biases = nn.ParameterList(torch.zeros(members, 1, size) for size in sizes[1:])

    def forward(self, s: Tensor, a: Tensor) -> Tensor:
        """(E, B) at normalised observations s (B, O) and actions a (B, A)."""
        *hidden, (weight, bias) = zip(self.weights, self.biases, strict=True)
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
