"""Where updates are made: on the processor, or on a GPU that holds the transitions and runs an update as one graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from awac_ros.errors import AwacError
from awac_ros.learning.method import Method, Terms
from awac_ros.learning.replay import Batch, Replay

WARM_UPS = 3
"""Updates before a graph is recorded, in which torch's libraries make ready; they leave no trace."""
FIRST_ROWS = 65_536
"""Transitions that there is room for on the GPU at first; where they become more, room for twice as many is made."""


class Stepper(Protocol):
    """Draws minibatches and makes updates of a method with them."""

    def draw(self, batch_size: int, count: int) -> Sequence[Any]:
        """`count` minibatches, each for one `update`; the same ones on every device."""

    def update(self, minibatch: Any) -> Terms:
        """One gradient step; what it computed holds until the next."""


def make_stepper(method: Method, replay: Replay) -> Stepper:
    """The stepper of the method's device."""
    return (GpuStepper if method.generator.device.type == "cuda" else CpuStepper)(method, replay)


def check_device(device: str) -> None:
    """AwacError if torch has no such device here."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise AwacError(f"device {device}: {reason}; choose cpu, or install a torch that finds the GPU") from error


class CpuStepper:
    """On the processor."""

    def __init__(self, method: Method, replay: Replay) -> None:
        self._method, self._replay = method, replay

    def draw(self, batch_size: int, count: int) -> list[Batch]:
        return [Batch(*columns) for columns in zip(*self._replay.sample(batch_size, count), strict=True)]

    def update(self, minibatch: Batch) -> Terms:
        return self._method.update(minibatch)


class GpuStepper:
    """On a GPU; nothing here waits for it."""

    def __init__(self, method: Method, replay: Replay) -> None:
        self._method, self._replay = method, replay
        self._device = method.generator.device
        self._rows = torch.empty((FIRST_ROWS, replay.width), device=self._device)
        self._count = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def draw(self, batch_size: int, count: int) -> Tensor:
        """(count, batch_size, width), gathered on the GPU; where goals are to be drawn, on the processor."""
        if not self._replay.as_recorded:
            return self._upload(self._replay.draw(batch_size, count))
        self._take_up_new_rows()
        rows, _ = self._replay.draw_rows(batch_size, count)
        return self._rows[self._upload(rows)]

    def update(self, minibatch: Tensor) -> Terms:
        if self._graph is None:
            self._record(minibatch)
        self._minibatch.copy_(minibatch)
        self._graph.replay()
        return self._terms

    def _record(self, minibatch: Tensor) -> None:
        self._minibatch = minibatch.clone()
        batch = self._replay.batch(self._minibatch)
        state = self._method.state()
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(WARM_UPS):
                self._method.update(batch)
        torch.cuda.current_stream().wait_stream(beside)
        self._method.restore(state)
        self._graph = torch.cuda.CUDAGraph()
        self._graph.register_generator_state(self._method.generator)
        with torch.cuda.graph(self._graph):
            self._terms = self._method.update(batch)

    def _take_up_new_rows(self) -> None:
        total = len(self._replay)
        if total > len(self._rows):
            rows = torch.empty((2 * total, self._replay.width), device=self._device)
            rows[: self._count] = self._rows[: self._count]
            self._rows = rows
        if total > self._count:
            self._rows[self._count : total] = self._upload(self._replay.packed(self._count))
            self._count = total

    def _upload(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).pin_memory().to(self._device, non_blocking=True)
