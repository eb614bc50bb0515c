"""Messages that nobody should send."""

from __future__ import annotations

import array
import math
import re
from importlib import import_module
from typing import Any

import numpy as np
from rclpy.serialization import serialize_message

from awac_ros.soak.mutation import mutate

_FLOATS = (0.0, -0.0, 0.1, -0.3, 1.0, 1e3, 1e30, 1e300, -1e300, math.inf, -math.inf, math.nan, 5e-324)
_TEXTS = ("", "base", "camera", "a" * 32, "a" * 33, "x" * 100_000, "\u0000", "../../etc/passwd", "0" * 16)
_LENGTHS = (0, 1, 2, 3, 7, 8, 100, 100_000)
_TYPECODES = {
    **{"int8": "b", "uint8": "B", "octet": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I"},
    **{"int64": "q", "uint64": "Q", "float": "f", "double": "d"},
}


class Forger:
    """Forges messages of any type, with values from this row of odd ones; repeatable by seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def forge(self, good: Any) -> Any:
        """A message to publish in place of `good`: a message of its type, or bytes as they go over the wire."""
        kind = self._rng.integers(4)
        if kind >= 2:
            return self.bend(good) if kind == 2 else self.invent(type(good))
        whole = serialize_message(good)
        changed = self._rng.bytes(int(self._rng.integers(0, 2000))) if kind == 0 else mutate(whole, self._rng)
        # The middleware carries no more bytes of a type whose size is fixed.
        return changed[: len(whole)] if _is_fixed(type(good)) else changed

    def bend(self, good: Any) -> Any:
        """The good message with one to three fields invented anew."""
        names = list(good.get_fields_and_field_types())
        if not names:
            return good
        bent = type(good)(**{name: getattr(good, name) for name in names})
        for name in self._rng.choice(names, self._rng.integers(1, 4)):
            setattr(bent, name, self._value(good.get_fields_and_field_types()[name]))
        return bent

    def invent(self, kind: Any) -> Any:
        """A message with every field invented."""
        types = kind.get_fields_and_field_types()
        return kind(**{name: self._value(typename) for name, typename in types.items()})

    def _value(self, typename: str) -> Any:
        if match := re.fullmatch(r"sequence<(.+)>", typename):
            length = _LENGTHS[self._rng.integers(len(_LENGTHS))]
            if match[1] in _TYPECODES:
                return array.array(_TYPECODES[match[1]], [self._value(match[1])] * length)
            return [self._value(match[1]) for _ in range(min(length, 100))]
        match typename:
            case "boolean":
                return bool(self._rng.integers(2))
            case "float" | "double":
                value = _FLOATS[self._rng.integers(len(_FLOATS))]
                return value if typename == "double" or not 3e38 < abs(value) < math.inf else math.inf
            case "string":
                return _TEXTS[self._rng.integers(len(_TEXTS))]
            case "octet":
                return self._rng.bytes(1)
        if typename in _TYPECODES:
            about = np.iinfo(_TYPECODES[typename])
            return (0, 1, 2, 5, 100, int(about.min), int(about.max))[self._rng.integers(7)]
        package, name = typename.split("/")
        return self.invent(getattr(import_module(f"{package}.msg"), name))


def _is_fixed(kind: Any) -> bool:
    return all(name in (*_TYPECODES, "boolean") for name in kind.get_fields_and_field_types().values())
