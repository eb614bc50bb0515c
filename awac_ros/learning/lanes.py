"""Parts of an update that need not wait for one another: side by side on a GPU, one after the other on a processor."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

import torch


class Lane:
    """On a GPU a stream: what is done `with` it waits for what was asked for before, and for nothing asked for later.

    What it made may be used in it, and after `join` outside. What it reads from outside must be kept until then.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None

    def __enter__(self) -> None:
        if self._stream is not None:
            self._stream.wait_stream(torch.cuda.current_stream())
            self._within = torch.cuda.stream(self._stream)
            self._within.__enter__()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._stream is not None:
            self._within.__exit__(kind, error, trace)

    def join(self) -> None:
        """What is asked for from now on waits for what was done in this lane."""
        if self._stream is not None:
            torch.cuda.current_stream().wait_stream(self._stream)


def make_lanes(device: torch.device, count: int) -> list[Lane]:
    return [Lane(device) for _ in range(count)]


def join(lanes: Sequence[Lane]) -> None:
    for lane in lanes:
        lane.join()
