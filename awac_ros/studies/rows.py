"""The evaluations of one variant and one seed, a line of rows.csv each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from awac_ros.data.atomic import atomic_write
from awac_ros.errors import AwacError


@dataclass(frozen=True)
class Row:
    """One evaluation of the policy without its noise."""

    stage: str
    """offline, or online from the first environment step on."""
    updates: int
    """Gradient updates behind it."""
    env_steps: int
    """Online transitions it could be trained on."""
    mean_return: float
    any_success: float
    """Share of episodes that are in success at some step."""
    final_success: float
    """Share of episodes that end in success."""
    episodes: int
    seconds: float
    """Spent so far, evaluations included; what a kill destroyed does not count."""
    updates_per_second: float
    """Since the row before, evaluations included."""

    @property
    def place(self) -> tuple[int, int]:
        """How far training had come: (updates, environment steps)."""
        return self.updates, self.env_steps


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Make these the whole content of `path`, on disk when this returns."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, [field.name for field in fields(Row)], lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(row) for row in rows)
    atomic_write(path, text.getvalue().encode())


def read_rows(path: Path) -> list[Row]:
    """What `write_rows` wrote; none where no evaluation was made yet. AwacError where the file is something else."""
    if not path.exists():
        return []
    kinds = {"str": str, "int": int, "float": float}
    try:
        with path.open(newline="") as file:
            return [
                Row(**{field.name: kinds[str(field.type)](values.pop(field.name)) for field in fields(Row)}, **values)
                for values in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError) as error:
        raise AwacError(
            f"{path}: not the evaluations of a study ({error!r}); delete {path.parent} to train it anew"
        ) from error
