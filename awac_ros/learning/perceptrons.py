"""Perceptrons whose parameters are one vector, with a gradient of their own: the part of learning that takes the time.

One operation on the vector (Adam, a mean of two networks) serves all its layers. The gradient comes out as one vector
too, each layer's part written where it belongs by the matrix product that computes it. Small networks spend as long in
autograd's bookkeeping as in their products; `evaluate` goes without, `forward` is the same for autograd.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from awac_ros.learning.lanes import make_lanes, side_by_side

aten = torch.ops.aten

EPSILON = 1e-5
"""Of the layer norm's variance."""
ROWS_AT_ONCE = 512
"""Of a pass without a way back: so many rows of a hidden layer stay in the processor's cache until the next layer."""


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
        """`sizes` of inputs, hidden layers and outputs; weights start within 1 / sqrt(inputs), the rest at 0.

        They lie on the generator's device.
        """
        super().__init__()
        self.members = members
        self._shapes = list(zip(sizes, sizes[1:], strict=False))
        device = generator.device
        # No gain or bias to learn: the next layer has its own. Constant ones make torch take its faster kernel.
        self.norms = [
            (torch.ones(size, device=device), torch.zeros(size, device=device)) if layer_norm else None
            for size in sizes[1:-1]
        ]
        count = members * sum((inputs + 1) * outputs for inputs, outputs in self._shapes) + free
        self.vector = nn.Parameter(torch.zeros(count, device=device))
        self.layers, self.free = self.views(self.vector.data)
        self.gradient = torch.zeros(count, device=device)
        """What the last `Evaluation.backward` of this network gave."""
        self.of_layers, self.of_free = self.views(self.gradient)
        # For all members but the first; `infer` has its own, so that it can go on beside an evaluation's way back.
        self.lanes, self._infer_lanes = make_lanes(device, members - 1), make_lanes(device, members - 1)
        self.gradient_lanes = make_lanes(device, members)
        for layers in self.layers:
            for weight, _ in layers:
                bound = 1.0 / math.sqrt(len(weight))
                weight.uniform_(-bound, bound, generator=generator)

    def views(self, vector: Tensor) -> tuple[list[list[tuple[Tensor, Tensor]]], Tensor]:
        """Each member's layers, (weight (in, out), bias (out,)), and the free parameters, as views of such a vector."""
        start, members = 0, []
        for _ in range(self.members):
            layers = []
            for inputs, outputs in self._shapes:
                middle, end = start + inputs * outputs, start + (inputs + 1) * outputs
                layers.append((vector[start:middle].view(inputs, outputs), vector[middle:end]))
                start = end
            members.append(layers)
        return members, vector[start:]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs (members, B, out) at inputs x (B, in), and the free parameters (free,), for autograd."""
        return _ForAutograd.apply(x, self.vector, self)

    @torch.no_grad()
    def evaluate(self, x: Tensor) -> Evaluation:
        """At inputs x (B, in), with the way back."""
        return Evaluation(self, x)

    @torch.no_grad()
    def infer(self, x: Tensor, members: Sequence[int] | None = None) -> Tensor:
        """(members, B, out) at inputs x (B, in), of the named members or of all; nothing is kept for a way back."""
        chosen = self.layers if members is None else [self.layers[member] for member in members]
        outputs = x.new_empty(len(chosen), len(x), self._shapes[-1][1])
        at_once = len(x) if x.is_cuda else ROWS_AT_ONCE

        def infer(layers: list[tuple[Tensor, Tensor]], output: Tensor) -> None:
            for rows, into in zip(x.split(at_once), output.split(at_once), strict=True):
                activation = rows
                for (weight, bias), norm in zip(layers, self.norms, strict=False):
                    activation = _Hidden(torch.addmm(bias, activation, weight), norm).activation
                weight, bias = layers[-1]
                torch.addmm(bias, activation, weight, out=into)

        works = [partial(infer, layers, output) for layers, output in zip(chosen, outputs, strict=True)]
        side_by_side(self._infer_lanes, works)
        return outputs


class Evaluation:
    """What perceptrons gave at some inputs, and the way back to their parameters, which must not have changed since."""

    outputs: Tensor
    """(members, B, out)."""

    def __init__(self, network: Perceptrons, x: Tensor) -> None:
        self._network = network
        self._x = x
        works = [partial(self._forward, layers) for layers in network.layers]
        self._hidden, outputs = zip(*side_by_side(network.lanes, works), strict=True)
        self.outputs = torch.stack(outputs)

    def backward(
        self, of_outputs: Tensor, of_free: Tensor | None = None, *, of_inputs: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        """A loss's gradient in the vector, and, if wanted, in the inputs (B, in), from that in outputs and free ones.

        The former is the network's own, until its next `backward`.
        """
        network = self._network
        if of_free is not None:
            network.of_free.copy_(of_free)
        works = [partial(self._backward, member, flow) for member, flow in enumerate(of_outputs)]
        flows = side_by_side(network.lanes, works)
        for lane in network.gradient_lanes:
            lane.join()
        of_x = None
        if of_inputs:
            for layers, (*_, flow) in zip(network.layers, flows, strict=True):
                weight = layers[0][0].t()
                of_x = torch.mm(flow, weight) if of_x is None else of_x.addmm_(flow, weight)
        return network.gradient, of_x

    def _forward(self, layers: list[tuple[Tensor, Tensor]]) -> tuple[list[_Hidden], Tensor]:
        """A member's hidden layers and its output."""
        hidden: list[_Hidden] = []
        activation = self._x
        for (weight, bias), norm in zip(layers, self._network.norms, strict=False):
            hidden.append(_Hidden(torch.addmm(bias, activation, weight), norm))
            activation = hidden[-1].activation
        weight, bias = layers[-1]
        return hidden, torch.addmm(bias, activation, weight)

    def _backward(self, member: int, flow: Tensor) -> list[Tensor]:
        """A member's gradients of its layers' linear parts, from the last to the first."""
        network, hidden = self._network, self._hidden[member]
        layers, of_layers, lane = network.layers[member], network.of_layers[member], network.gradient_lanes[member]
        inputs = [self._x, *(layer.activation for layer in hidden)]

        def of_layer(number: int, flow: Tensor) -> None:
            of_weight, of_bias = of_layers[number]
            torch.mm(inputs[number].t(), flow, out=of_weight)
            torch.sum(flow, 0, out=of_bias)

        flows = [flow]
        for number in reversed(range(1, len(layers))):
            lane.start(of_layer, number, flows[-1])
            flows.append(hidden[number - 1].backward(torch.mm(flows[-1], layers[number][0].t())))
        lane.start(of_layer, 0, flows[-1])
        return flows


class _Hidden:
    """A hidden layer's activation (B, n), and the way back through it."""

    def __init__(self, linear: Tensor, norm: tuple[Tensor, Tensor] | None) -> None:
        self._norm = norm
        if norm is None:
            self.activation = linear.relu_()
        else:
            normal, *self._statistics = torch.native_layer_norm(linear, linear.shape[1:], *norm, EPSILON)
            self.activation, self._linear = normal.relu_(), linear

    def backward(self, gradient: Tensor) -> Tensor:
        """The gradient (B, n) of the layer's linear part, from that of its activation, which it overwrites."""
        aten.threshold_backward.grad_input(gradient, self.activation, 0, grad_input=gradient)
        if self._norm is None:
            return gradient
        shape, wanted = gradient.shape[1:], [True, False, False]
        return aten.native_layer_norm_backward(gradient, self._linear, shape, *self._statistics, *self._norm, wanted)[0]


class _ForAutograd(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, vector: Tensor, network: Perceptrons) -> tuple[Tensor, Tensor]:
        ctx.evaluation = network.evaluate(x)
        ctx.save_for_backward(vector)  # autograd then sees to it that the vector has not changed
        return ctx.evaluation.outputs.clone(), network.free.clone()

    @staticmethod
    def backward(ctx: Any, of_outputs: Tensor, of_free: Tensor) -> tuple[Tensor | None, Tensor, None]:
        _ = ctx.saved_tensors
        gradient, of_x = ctx.evaluation.backward(of_outputs, of_free, of_inputs=ctx.needs_input_grad[0])
        return of_x, gradient.clone(), None
