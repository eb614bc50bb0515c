import torch
from torch import nn

from awac_ros.learning.adam import Adam


def test_steps_are_those_of_torchs_optimiser():
    ours, torchs = (nn.Parameter(torch.arange(5.0)) for _ in range(2))
    adam = Adam(ours, learning_rate=0.1, weight_decay=0.01)
    optimiser = torch.optim.Adam([torchs], lr=0.1, weight_decay=0.01)
    for step in range(10):
        ours.grad = torchs.grad = torch.sin(torch.arange(5.0) + step)
        adam.step()
        optimiser.step()
    torch.testing.assert_close(ours, torchs)
    assert not torch.equal(ours, torch.arange(5.0))


def test_its_tensors_are_all_that_the_next_step_depends_on():
    vectors = [nn.Parameter(torch.arange(5.0)) for _ in range(2)]
    first, second = (Adam(vector, learning_rate=0.1) for vector in vectors)
    vectors[0].grad = torch.ones(5)
    first.step()
    vectors[1].data.copy_(vectors[0].data)
    for name, tensor in second.tensors("v").items():
        tensor.copy_(first.tensors("v")[name])
    vectors[0].grad = vectors[1].grad = torch.tensor([1.0, -2.0, 3.0, 0.0, 5.0])
    first.step()
    second.step()
    assert torch.equal(*vectors)
