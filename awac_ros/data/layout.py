"""What the numbers of an observation and an action mean, and the hash that travels with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from awac_ros.errors import AwacError


@dataclass(frozen=True)
class Field:
    """A named run of entries in a vector, with its unit, its frame and the range it is expected to span."""

    name: str
    unit: str
    frame: str
    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise AwacError(f"field {self.name!r}: its name must be made of letters, digits and underscores")
        if not self.low or len(self.low) != len(self.high):
            raise AwacError(f"field {self.name}: low and high must be equally long and not empty")
        object.__setattr__(self, "low", tuple(map(float, self.low)))
        object.__setattr__(self, "high", tuple(map(float, self.high)))

    @property
    def size(self) -> int:
        return len(self.low)


@dataclass(frozen=True)
class Layout:
    """The observation and action vectors of one task.

    Two data sets with the same hash can feed the same learner; any other mixture is refused.
    """

    task: str
    observation: tuple[Field, ...]
    action: tuple[Field, ...]
    control_period: float
    """Seconds between two actions."""

    def __post_init__(self) -> None:
        for part in (self.observation, self.action):
            names = [field.name for field in part]
            if len(set(names)) != len(names):
                raise AwacError(f"task {self.task}: two fields share a name among {', '.join(names)}; rename one")
        object.__setattr__(self, "control_period", float(self.control_period))

    @cached_property
    def observation_size(self) -> int:
        return sum(field.size for field in self.observation)

    @cached_property
    def action_size(self) -> int:
        return sum(field.size for field in self.action)

    @cached_property
    def observation_low(self) -> np.ndarray:
        """(observation_size,) float32: the lower end of each entry's expected range."""
        return np.array([value for field in self.observation for value in field.low], np.float32)

    @cached_property
    def observation_high(self) -> np.ndarray:
        """(observation_size,) float32: the upper end of each entry's expected range."""
        return np.array([value for field in self.observation for value in field.high], np.float32)

    def slice(self, name: str) -> slice:
        """Where the observation field `name` stands in the vector; KeyError if there is none."""
        start = 0
        for field in self.observation:
            if field.name == name:
                return slice(start, start + field.size)
            start += field.size
        raise KeyError(name)

    @cached_property
    def hash(self) -> str:
        """16 hex digits of the SHA-256 of the layout's canonical JSON."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def check_same(self, found: Layout, source: str) -> None:
        """Raise AwacError, naming `source` and both tasks, unless `found`, the layout of its data, is this one."""
        if found.hash != self.hash:
            raise AwacError(
                f"{source} holds data of task {found.task} (layout {found.hash}), but task {self.task} (layout "
                f"{self.hash}) is wanted here; choose a file of this task, or the task and settings of that file"
            )

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str, source: str = "this text") -> Layout:
        """The layout that `to_json` wrote; AwacError, naming `source`, if the text is not one."""
        try:
            raw = json.loads(text)
            fields = {
                part: tuple(
                    Field(f["name"], f["unit"], f["frame"], tuple(f["low"]), tuple(f["high"])) for f in raw[part]
                )
                for part in ("observation", "action")
            }
            return cls(raw["task"], fields["observation"], fields["action"], float(raw["control_period"]))
        except (ValueError, KeyError, TypeError) as error:
            raise AwacError(
                f"{source}: not a layout ({error!r}); it must be the JSON that Layout.to_json writes"
            ) from error


def plain_layout(task: str, observation: Mapping[str, int], action_size: int, control_period: float = 1.0) -> Layout:
    """A layout of which nothing is known but the sizes of its fields.

    `control_period` in s; 1 where there is no clock, so that times count steps.
    """
    return Layout(
        task=task,
        observation=tuple(_plain_field(name, size) for name, size in observation.items()),
        action=(_plain_field("action", action_size),),
        control_period=control_period,
    )


def _plain_field(name: str, size: int) -> Field:
    return Field(name, "1", "none", (-1.0,) * size, (1.0,) * size)
