"""Training metrics in TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

_UPDATES_A_POINT = 250


class Scalars:
    """Means over 250 gradient updates a point."""

    def __init__(self, folder: Path) -> None:
        self._writer = SummaryWriter(str(folder))
        self._sums: dict[str, float] = {}
        self._updates = 0

    def add(self, phase: str, metrics: Mapping[str, float], updates: int, step: int) -> None:
        """`metrics` are means over the newest `updates` updates; `step` counts all of them."""
        for name, value in metrics.items():
            self._sums[name] = self._sums.get(name, 0.0) + updates * value
        self._updates += updates
        if self._updates < _UPDATES_A_POINT:
            return
        for name, total in self._sums.items():
            self._writer.add_scalar(f"{phase}/{name}", total / self._updates, step)
        self._sums, self._updates = {}, 0

    def close(self) -> None:
        self._writer.close()
