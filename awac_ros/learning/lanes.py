"""Work of an update that need not wait for other work: in streams of a GPU, in threads of a processor, or in turn.

Products as small as these gain little from a second core each, and much from another product beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import torch

_threads = 1


def use_threads(count: int) -> None:
    """Let all learning in this process use so many cores from now on."""
    global _threads
    _threads = count
    torch.set_num_threads(_threads_of_a_lane())


class Lane(Protocol):
    """What is started in it is done beside what is started elsewhere.

    Such work may use what was there when it was started, which its caller keeps until it has joined the lane.
    """

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Begin this work, once what was started here before is joined."""

    def join(self) -> Any:
        """What the work gave, to be used from now on; or the exception that it raised."""


class StreamLane:
    """A stream of a GPU."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            self._result = work(*arguments)

    def join(self) -> Any:
        torch.cuda.current_stream().wait_stream(self._stream)
        return self._result


class ThreadLane:
    """A thread, where more than one core is to be used."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        if _threads > 1:
            self._result: Future[Any] = self._thread.submit(_without_autograd, work, *arguments)
        else:
            self._result = Future()
            self._result.set_result(work(*arguments))

    def join(self) -> Any:
        return self._result.result()


def make_lanes(device: torch.device, count: int) -> list[Lane]:
    """So many lanes of a device."""
    return [StreamLane(device) if device.type == "cuda" else ThreadLane() for _ in range(count)]


def side_by_side(lanes: Sequence[Lane], works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each of the works gives: the first of them is done here, each of the others in a lane."""
    started = list(zip(lanes, works[1:], strict=False))
    for lane, work in started:
        lane.start(work)
    return [works[0](), *(lane.join() for lane, _ in started)]


def _threads_of_a_lane() -> int:
    return max(_threads // 2, 1)


@torch.no_grad()
def _without_autograd(work: Callable[..., Any], *arguments: Any) -> Any:
    if torch.get_num_threads() != _threads_of_a_lane():
        torch.set_num_threads(_threads_of_a_lane())
    return work(*arguments)
