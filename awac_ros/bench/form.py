"""The one form of every measurement.

`{"commit", "machine": {...}, "measures": [{"name", "value", "unit", "target", "holds"}]}`
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from awac_ros.bench.machine import commit, machine
from awac_ros.data.json_file import write_json


@dataclass(frozen=True)
class Measure:
    """One figure, and what was asked of it."""

    name: str
    value: float
    unit: str
    target: str | None
    """In words, such as ">= 800"; None where nothing is asked."""
    holds: bool


def at_least(name: str, value: float, unit: str, target: float) -> Measure:
    """Holds where the value is a number of at least the target."""
    return Measure(name, float(value), unit, f">= {target:g}", bool(value >= target))


def below(name: str, value: float, unit: str, target: float) -> Measure:
    """Holds where the value is a number below the target."""
    return Measure(name, float(value), unit, f"< {target:g}", bool(value < target))


def at_most(name: str, value: float, unit: str, target: float) -> Measure:
    """Holds where the value is a number of at most the target."""
    return Measure(name, float(value), unit, f"<= {target:g}", bool(value <= target))


def plain(name: str, value: float, unit: str) -> Measure:
    """A figure without a target; it holds wherever it could be measured."""
    return Measure(name, float(value), unit, None, math.isfinite(value))


def form(measures: Sequence[Measure]) -> dict[str, Any]:
    """The form as plain values; a figure that could not be measured (NaN) is null."""
    rows = [asdict(measure) for measure in measures]
    for row in rows:
        row["value"] = row["value"] if math.isfinite(row["value"]) else None
    return {"commit": commit(), "machine": machine(), "measures": rows}


def write(path: Path, measures: Sequence[Measure]) -> None:
    """Write the form as JSON, whole or not at all."""
    write_json(path, form(measures))


def table(measures: Sequence[Measure]) -> str:
    """The measures as lines for a person."""
    width = max((len(measure.name) for measure in measures), default=0)
    lines = []
    for measure in measures:
        line = f"{measure.name:<{width}}  {measure.value:10.4g} {measure.unit}"
        if measure.target is not None:
            line += f"  target {measure.target}: {'holds' if measure.holds else 'FAILS'}"
        lines.append(line)
    return "\n".join(lines)


def all_hold(measures: Sequence[Measure]) -> bool:
    return all(measure.holds for measure in measures)
