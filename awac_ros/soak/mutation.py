"""Damage to files: of the kind that disks and hasty editors do, and of the kind that somebody means."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import numpy as np

_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**63, 2**70, 1e308, math.nan, math.inf, "", "x", "\u0000", "9" * 5000, [], {}, [[]], {"": 0}),
    [1] * 1000,
)


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """One to four changes: bits, runs of bytes, and text where there is some."""
    changed = content
    for _ in range(rng.integers(1, 5)):
        changed = _mutate_once(changed, rng) if changed else rng.bytes(rng.integers(0, 64))
    return changed


def mutate_json(text: bytes, rng: np.random.Generator) -> bytes:
    """Odd values in one to three places of a JSON text that otherwise stays one."""
    value = json.loads(text)
    for _ in range(rng.integers(1, 4)):
        value = _replace_somewhere(value, rng)
    return json.dumps(value).encode()


def _mutate_once(content: bytes, rng: np.random.Generator) -> bytes:
    at = int(rng.integers(len(content)))
    end = at + int(rng.integers(1, 65))
    match rng.integers(8):
        case 0:
            return content[:at] + bytes([content[at] ^ 1 << int(rng.integers(8))]) + content[at + 1 :]
        case 1:
            return content[:at] + bytes([rng.integers(256)]) * len(content[at:end]) + content[end:]
        case 2:
            return content[:at] + rng.bytes(len(content[at:end])) + content[end:]
        case 3:
            return content[:at]
        case 4:
            return content[:at] + content[end:]
        case 5:
            return content[:end] + content[at:]
        case 6:
            return content[:at] + rng.bytes(end - at) + content[at:]
        case _:
            size = (1, 2, 4, 8)[rng.integers(4)]
            extreme = int(rng.choice([0, 1, 2 ** (8 * size - 1) - 1])).to_bytes(size, "little")
            return content[:at] + (extreme if rng.random() < 0.5 else b"\xff" * size) + content[at + size :]


def _replace_somewhere(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, dict | list) and value and rng.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = keys[rng.integers(len(keys))]
        if rng.random() < 0.1:
            del value[key]
        else:
            value[key] = _replace_somewhere(value[key], rng)
        return value
    return copy.deepcopy(_ODD[rng.integers(len(_ODD))])
