"""Work of an update that need not wait for other work: in streams of a GPU; on a processor, in turn.

On two cores, threads that took such works in parallel were slower than products shared by the cores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch


class Lane:
    """What is started in it is done at once, where nothing can be done beside something else."""

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin this work, after what was started here before.

        It may use what was there when it was started, which its caller keeps until it has joined the lane.
        """
        self._result = work(*arguments)

    def join(self) -> Any:
        """What the work gave, to be used from now on."""
        return self._result


class StreamLane(Lane):
    """A stream of a GPU: its work is done beside what is started elsewhere."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            super().start(work, *arguments)

    def join(self) -> Any:
        torch.cuda.current_stream().wait_stream(self._stream)
        return super().join()


def make_lanes(device: torch.device, count: int) -> list[Lane]:
    """So many lanes of a device."""
    return [StreamLane(device) if device.type == "cuda" else Lane() for _ in range(count)]


def side_by_side(lanes: Sequence[Lane], works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of the works gives: the first of them is done here, each of the others in a lane."""
    started = list(zip(lanes, works[1:], strict=False))
    for lane, work in started:
        lane.start(work)
    return [works[0](), *(lane.join() for lane, _ in started)]
