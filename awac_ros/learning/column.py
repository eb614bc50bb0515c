"""A numpy array that grows at its end and is never moved."""

from __future__ import annotations

import math
import mmap
import os
from typing import Any

import numpy as np

from awac_ros.errors import AwacError

_MAP_NORESERVE = 0x4000
"""Linux's, which Python's mmap does not name: address space alone, no claim on memory."""


class Column:
    """Rows of one shape and type; as many as the machine's memory can hold.

    Address space for all of them is taken at once and costs nothing; a page takes memory when a row is written to it.
    """

    def __init__(self, shape: tuple[int, ...], kind: Any) -> None:
        entries = math.prod(shape)
        rows = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (entries * np.dtype(kind).itemsize)
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
        try:
            space = mmap.mmap(-1, rows * entries * np.dtype(kind).itemsize, flags=flags)
        except OSError as error:
            raise AwacError(
                f"replay: no address space to be had ({error}); raise this shell's limit: ulimit -v unlimited"
            ) from error
        self._array = np.frombuffer(space, kind).reshape(rows, *shape)
        self.length = 0

    @property
    def values(self) -> np.ndarray:
        """(length, *shape)."""
        return self._array[: self.length]

    def extend(self, more: np.ndarray) -> None:
        """Add rows (N, *shape)."""
        end = self.length + len(more)
        self._array[self.length : end] = more
        self.length = end
