"""Perceptrons whose parameters are one vector, with a gradient of their own: the part of learning that takes the time.

One operation on the vector (Adam, a mean of two networks) serves all its layers. The gradient comes out as one vector
too, each layer's part written where it belongs by the matrix product that computes it.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

aten = torch.ops.aten

EPSILON = 1e-5
"""Of the layer norm's variance."""


class Perceptrons(nn.Module):
    """`members` independent MLPs of one shape, with ReLU between the layers, and `free` further parameters."""

    def __init__(
        self,
        sizes: tuple[int, ...],
        generator: torch.Generator,
        *,
        members: int = 1,
        layer_norm: bool = False,
        free: int = 0,
    ) -> None:
        """`sizes` of inputs, hidden layers and outputs; weights start within 1 / sqrt(inputs), the rest at 0."""
        super().__init__()
        self.members = members
        self._shapes = [(outputs, inputs) for inputs, outputs in zip(sizes, sizes[1:], strict=False)]
        # No gain or bias to learn: the next layer has its own. Constant ones make torch take its faster kernel.
        self.norms = [(torch.ones(size), torch.zeros(size)) for size in sizes[1:-1]] if layer_norm else None
        count = members * sum(outputs * (inputs + 1) for outputs, inputs in self._shapes) + free
        self.vector = nn.Parameter(torch.zeros(count))
        self.layers, self.free = self.views(self.vector.data)
        for layers in self.layers:
            for weight, _ in layers:
                bound = 1.0 / math.sqrt(weight.shape[1])
                weight.uniform_(-bound, bound, generator=generator)

    def views(self, vector: Tensor) -> tuple[list[list[tuple[Tensor, Tensor]]], Tensor]:
        """Each member's layers, (weight (out, in), bias (out,)), and the free parameters, as views of such a vector."""
        start, members = 0, []
        for _ in range(self.members):
            layers = []
            for outputs, inputs in self._shapes:
                middle, end = start + outputs * inputs, start + outputs * (inputs + 1)
                layers.append((vector[start:middle].view(outputs, inputs), vector[middle:end]))
                start = end
            members.append(layers)
        return members, vector[start:]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs (members, B, out) at inputs x (B, in), and the free parameters (free,)."""
        return _Evaluation.apply(x, self.vector, self)

    def evaluate(self, x: Tensor) -> tuple[Tensor, list[list[_Hidden]]]:
        """The outputs, and what their gradient needs of every member's hidden layers."""
        outputs = x.new_empty((self.members, len(x), self._shapes[-1][0]))
        kept = []
        for layers, output in zip(self.layers, outputs, strict=True):
            hidden: list[_Hidden] = []
            activation = x
            for number, (weight, bias) in enumerate(layers[:-1]):
                linear = torch.addmm(bias, activation, weight.t())
                norm = self.norms[number] if self.norms else None
                hidden.append(_Hidden(linear, norm))
                activation = hidden[-1].activation
            weight, bias = layers[-1]
            torch.addmm(bias, activation, weight.t(), out=output)
            kept.append(hidden)
        return outputs, kept


class _Hidden:
    """A hidden layer's activation (B, n), and what the way back through it needs."""

    def __init__(self, linear: Tensor, norm: tuple[Tensor, Tensor] | None) -> None:
        self._norm = norm
        if norm is None:
            self.activation = linear.relu_()
        else:
            normal, *statistics = torch.native_layer_norm(linear, linear.shape[1:], *norm, EPSILON)
            self.activation, self._linear, self._statistics = normal.relu_(), linear, statistics

    def backward(self, gradient: Tensor) -> Tensor:
        """The gradient (B, n) of the layer's linear part, from that of its activation, which it overwrites."""
        aten.threshold_backward.grad_input(gradient, self.activation, 0, grad_input=gradient)
        if self._norm is None:
            return gradient
        shape, wanted = gradient.shape[1:], [True, False, False]
        return aten.native_layer_norm_backward(gradient, self._linear, shape, *self._statistics, *self._norm, wanted)[0]


class _Evaluation(torch.autograd.Function):
    """`Perceptrons.forward`, differentiable once in its inputs and in its vector."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, vector: Tensor, network: Perceptrons) -> tuple[Tensor, Tensor]:
        outputs, ctx.kept = network.evaluate(x)
        ctx.network = network
        ctx.save_for_backward(x, vector)
        return outputs, network.free.clone()

    @staticmethod
    def backward(ctx: Any, of_outputs: Tensor, of_free: Tensor) -> tuple[Tensor | None, Tensor, None]:
        x, vector = ctx.saved_tensors
        gradient = torch.empty_like(vector)
        gradients, free = ctx.network.views(gradient)
        free.copy_(of_free)
        of_x = None
        for member, (layers, hidden) in enumerate(zip(ctx.network.layers, ctx.kept, strict=True)):
            flow = of_outputs[member]
            inputs = [x, *(layer.activation for layer in hidden)]
            for number in reversed(range(len(layers))):
                of_weight, of_bias = gradients[member][number]
                torch.mm(flow.t(), inputs[number], out=of_weight)
                torch.sum(flow, 0, out=of_bias)
                if number > 0:
                    flow = hidden[number - 1].backward(flow @ layers[number][0])
            if ctx.needs_input_grad[0]:
                member_of_x = flow @ layers[0][0]
                of_x = member_of_x if of_x is None else of_x.add_(member_of_x)
        return of_x, gradient, None
