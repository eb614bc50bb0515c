"""Adam (Kingma and Ba, arXiv 1412.6980) on one vector of parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Adam:
    """torch's fused kernel, without the bookkeeping of `torch.optim`, which takes longer than a small step itself."""

    def __init__(self, vector: nn.Parameter, learning_rate: float, weight_decay: float = 0.0) -> None:
        """`weight_decay` is L2, added to the gradient."""
        self._vector = vector
        self._settings = {"lr": learning_rate, "weight_decay": weight_decay, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
        self._mean, self._square = torch.zeros_like(vector.data), torch.zeros_like(vector.data)
        self._steps = torch.zeros(())

    def step(self) -> None:
        """One step along the vector's `grad`."""
        self._steps += 1.0
        torch._fused_adam_(
            [self._vector.data],
            [self._vector.grad],
            [self._mean],
            [self._square],
            [],
            [self._steps],
            amsgrad=False,
            maximize=False,
            **self._settings,
        )

    def tensors(self, name: str) -> dict[str, Tensor]:
        """The moments and the number of steps, by the vector's name."""
        return {f"adam.{name}.{key[1:]}": getattr(self, key) for key in ("_mean", "_square", "_steps")}
