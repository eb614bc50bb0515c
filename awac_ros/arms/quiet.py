"""PyBullet's C code talks to the terminal; a person, or a program that reads our output, should not hear it."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_C = ctypes.CDLL(None)


@contextmanager
def quiet_native_output() -> Iterator[None]:
    """Send what C code writes to standard output and standard error to nowhere; Python exceptions pass."""
    sys.stdout.flush()
    sys.stderr.flush()
    _C.fflush(None)
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        _C.fflush(None)  # what C has buffered would come out after the way is open again
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for descriptor in (*kept, nowhere):
            os.close(descriptor)
