"""What a learning method is: the one page to read before `awac.py` and its siblings, which are all alike.

A method is a file with a frozen dataclass of settings and a class of networks with one gradient step. The trainer feeds
it minibatches, watches its metrics and saves it; the actor runs the policy that it exports.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from awac_ros.learning.networks import Features, GaussianPolicy
from awac_ros.learning.replay import Batch


class Terms(Protocol):
    """What an update computed."""

    def metrics(self) -> dict[str, Tensor]:
        """Scalars for the log, still on the device: each `..._loss`, and `q` where there are critics, among them."""


class Method(ABC):
    """Networks, their optimisers, and one gradient step; deterministic given its seed."""

    def __init__(self, features: tuple[np.ndarray, np.ndarray], seed: int, device: str = "cpu") -> None:
        """`features` as `Task.features` gives them; `device` as torch names it, and everything lies there."""
        self.generator = torch.Generator(device).manual_seed(seed)
        self.features = Features(*features).to(device)

    @abstractmethod
    def update(self, batch: Batch) -> Terms:
        """One gradient step on every network; nothing in it may wait for a GPU, which replays it as a graph."""

    @abstractmethod
    def policy_tensors(self) -> dict[str, np.ndarray]:
        """Copies of the policy that acts, under the names that `Policy.from_weights` reads."""

    @abstractmethod
    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next update depends on, but for the generator; `restore` writes into them."""

    def state(self) -> dict[str, np.ndarray]:
        """`tensors` and the generator as arrays."""
        return {name: tensor.detach().cpu().numpy() for name, tensor in self.tensors().items()} | {
            "generator": self.generator.get_state().numpy()
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """What `state` gave, of a method with the same task and settings, be it on another kind of device."""
        for name, tensor in self.tensors().items():
            tensor.detach().copy_(torch.from_numpy(arrays[name]))
        random = arrays["generator"]
        if random.shape == self.generator.get_state().shape:
            self.generator.set_state(torch.from_numpy(random))
        else:
            self.generator.manual_seed(zlib.crc32(random.tobytes()))


def gaussian_tensors(features: Features, policy: GaussianPolicy) -> dict[str, np.ndarray]:
    """Copies of a Gaussian policy, under the names that `Policy.from_weights` reads."""
    tensors = {"features.matrix": features.matrix, "features.offset": features.offset}
    for number, (weight, bias) in enumerate(policy.layers):
        tensors |= {f"layer{number}.weight": weight.t(), f"layer{number}.bias": bias}
    if policy.log_std_logit is not None:
        tensors["log_std_logit"] = policy.log_std_logit
    arrays = {name: tensor.detach().cpu().numpy().copy() for name, tensor in tensors.items()}
    return arrays | {"log_std_range": np.array((policy.log_std_low, policy.log_std_high), np.float32)}
