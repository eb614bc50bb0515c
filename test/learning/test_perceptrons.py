"""The gradient written by hand equals autograd's own, and finite differences."""

import pytest
import torch
from torch.nn import functional

from awac_ros.learning.perceptrons import EPSILON, ROWS_AT_ONCE, Perceptrons


def make(layer_norm: bool) -> Perceptrons:
    network = Perceptrons((3, 7, 5, 2), torch.Generator().manual_seed(0), members=2, layer_norm=layer_norm, free=4)
    network.vector.data.add_(0.3 * torch.randn_like(network.vector))
    return network


def by_autograd(network: Perceptrons, x: torch.Tensor, vector: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    members, free = network.views(vector)
    outputs = []
    for layers in members:
        h = x
        for number, (weight, bias) in enumerate(layers):
            h = h @ weight + bias
            if number < len(layers) - 1:
                h = torch.relu(functional.layer_norm(h, h.shape[1:], eps=EPSILON) if network.norms[number] else h)
        outputs.append(h)
    return torch.stack(outputs), free


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("layer_norm", [False, True])
def test_outputs_and_gradients_are_autograds(layer_norm):
    network = make(layer_norm)
    x = torch.randn(6, 3, requires_grad=True)
    results = []
    for outputs, free in (network(x), by_autograd(network, x, network.vector)):
        loss = (outputs.sin() * torch.arange(24.0).view(2, 6, 2)).sum() + free.square().sum()
        results.append((outputs, free, *torch.autograd.grad(loss, (x, network.vector))))
    for ours, autograds in zip(*results, strict=True):
        torch.testing.assert_close(ours, autograds)


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("layer_norm", [False, True])
def test_gradients_equal_finite_differences(layer_norm):
    network = make(layer_norm)
    x = torch.randn(6, 3, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: network(x)[0], x)

    def at(vector: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            network.vector.copy_(vector)
        return network(x.detach())[0].sin().sum()

    start = network.vector.detach().clone()
    (gradient,) = torch.autograd.grad(at(start), network.vector)
    for _ in range(5):
        direction = functional.normalize(torch.randn_like(start), dim=0)
        slope = (at(start + 1e-6 * direction) - at(start - 1e-6 * direction)) / 2e-6
        torch.testing.assert_close(slope, gradient @ direction, rtol=1e-5, atol=1e-8)


def test_an_inputs_gradient_alone_leaves_the_parameters_theirs():
    network = make(layer_norm=True)
    x = torch.randn(6, 3, requires_grad=True)
    network(x)[0].sum().backward(inputs=[x])
    assert network.vector.grad is None and (x.grad != 0).any()


def test_layers_are_views_of_the_vector():
    network = make(layer_norm=False)
    network.vector.data.zero_()
    outputs, free = network(torch.randn(6, 3))
    assert not outputs.any() and not free.any()
    network.free.fill_(2.0)
    network.layers[1][-1][1].fill_(3.0)
    outputs, free = network(torch.randn(6, 3))
    assert (outputs[1] == 3.0).all() and not outputs[0].any() and (free == 2.0).all()


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("layer_norm", [False, True])
def test_inference_gives_the_same_for_any_number_of_rows_and_for_chosen_members(layer_norm):
    network = make(layer_norm)
    x = torch.randn(2 * ROWS_AT_ONCE + 7, 3)
    outputs = network(x)[0].detach()
    torch.testing.assert_close(network.infer(x), outputs)
    torch.testing.assert_close(network.infer(x, [1]), outputs[1:])
