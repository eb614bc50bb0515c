"""Adam (Kingma and Ba, arXiv 1412.6980) on one vector of parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

PART = 16_384
"""Entries that a GPU steps at once: its kernel gives each part of a list to one or a few of over 100 processors."""


class Adam:
    """torch's fused kernel, without the bookkeeping of `torch.optim`, which takes longer than a small step itself."""

    def __init__(self, vector: nn.Parameter, learning_rate: float, weight_decay: float = 0.0) -> None:
        """`weight_decay` is L2, added to the gradient."""
        self._vector = vector
        self._settings = {"lr": learning_rate, "weight_decay": weight_decay, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
        self._mean, self._square = torch.zeros_like(vector.data), torch.zeros_like(vector.data)
        self._steps = torch.zeros((), device=vector.device)
        self._parts = [self._in_parts(tensor) for tensor in (self._mean, self._square)]

    def step(self) -> None:
        """One step along the vector's `grad`."""
        self._steps += 1.0
        vector, gradient = self._in_parts(self._vector.data), self._in_parts(self._vector.grad)
        torch._fused_adam_(
            vector,
            gradient,
            *self._parts,
            [],
            [self._steps] * len(vector),
            amsgrad=False,
            maximize=False,
            **self._settings,
        )

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The moments and the number of steps, by the vector's name."""
        return {f"adam.{name}.{key[1:]}": getattr(self, key) for key in ("_mean", "_square", "_steps")}

    @staticmethod
    def _in_parts(tensor: Tensor) -> list[Tensor]:
        return list(tensor.view(-1).split(PART)) if tensor.is_cuda else [tensor]
