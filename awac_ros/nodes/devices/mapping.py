"""What the parts of a device mean: YAML files, every key of which is known here."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import yaml

from awac_ros.errors import AwacError
from awac_ros.nodes.devices.device import Request
from awac_ros.nodes.devices.terminal import NAMED_KEYS

AXES = ("x", "y", "z", "roll", "pitch", "yaw")
"""The directions of a deflection (6,), in its order."""
DEFLECTION = "deflection"


@dataclass(frozen=True)
class Motion:
    """How a deflection becomes a twist."""

    speed: float
    """m/s at full deflection."""
    turn_speed: float
    """rad/s at full deflection."""
    frame: Literal["base", "tip"]
    """The frame in which the directions are meant."""
    heading: float
    """deg: where the device's x points, counted about that frame's z from its x; 180 for a person facing the arm."""

    def __post_init__(self) -> None:
        if not (0.0 <= self.speed <= 10.0 and 0.0 <= self.turn_speed <= 10.0):
            raise AwacError(f"speed is {self.speed} and turn_speed {self.turn_speed}; choose them between 0 and 10")

    def twist(self, deflection: np.ndarray, q_base_tip: np.ndarray | None = None) -> np.ndarray:
        """(6,) m/s, rad/s in the base frame; `q_base_tip` (4,) xyzw is needed where `frame` is the tip's."""
        angle = np.radians(self.heading)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
        if self.frame == "tip":
            assert q_base_tip is not None
            turn = _rotation(q_base_tip) @ turn
        return np.concatenate((turn @ deflection[:3] * self.speed, turn @ deflection[3:] * self.turn_speed))


@dataclass(frozen=True)
class JoystickMapping(Motion):
    """A gamepad's, or that of anything else with numbered axes and buttons."""

    deadzone: float
    """Share of the deflection around the middle that counts as none."""
    axes: dict[str, int]
    """Direction: number of the device's axis."""
    inverted: list[str]
    """Directions that run against their axis."""
    dead_man: int | str
    """The button to be held; or "deflection": holding any mapped axis out of the dead zone."""
    allow: int | None
    """The button that, held, lets the arm move by itself where it asks for that; none where there is none to spare."""
    buttons: dict[str, int]
    """Request: number of the button; several may share one, and the first that fits is meant."""
    long: list[str]
    """Requests that need a long press."""
    example: ClassVar[str] = "config/teleop_gamepad.yaml"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 <= self.deadzone < 1.0:
            raise AwacError(f"deadzone is {self.deadzone}; choose it from 0 to below 1")
        _check_names("axes", self.axes, AXES)
        _check_names("inverted", self.inverted, tuple(self.axes))
        _check_names("buttons", self.buttons, tuple(request.value for request in Request))
        _check_names("long", self.long, tuple(self.buttons))
        if isinstance(self.dead_man, str) and self.dead_man != DEFLECTION:
            raise AwacError(f"dead_man is {self.dead_man!r}; name a button by its number, or write {DEFLECTION}")
        if any(number < 0 for number in (*self.axes.values(), *self.buttons.values(), self.allow or 0)):
            raise AwacError("axes and buttons are counted from 0")
        if self.dead_man in self.buttons.values():
            raise AwacError(f"button {self.dead_man} is the dead-man, so it can't be one of buttons as well")
        if self.allow is not None and self.allow in (self.dead_man, *self.buttons.values()):
            raise AwacError(f"button {self.allow} is allow, so it can't be the dead-man or one of buttons as well")


@dataclass(frozen=True)
class KeyboardMapping(Motion):
    """A keyboard's, in a terminal."""

    hold: float
    """s for which a key counts as held after the terminal last reported it."""
    keys: dict[str, list[str]]
    """Direction with its sign, such as +x: the keys that move there while they are held."""
    still: list[str]
    """Keys that hold the dead-man without moving."""
    allow: list[str]
    """Keys that, held, let the arm move by itself where it asks for that."""
    buttons: dict[str, str]
    """Request: its key."""
    example: ClassVar[str] = "config/teleop_keyboard.yaml"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.05 <= self.hold <= 1.0:
            raise AwacError(f"hold is {self.hold} s; choose it between 0.05 and 1")
        _check_names("keys", self.keys, tuple(sign + axis for axis in AXES for sign in "+-"))
        _check_names("buttons", self.buttons, tuple(request.value for request in Request))
        used = [*(key for keys in self.keys.values() for key in keys), *self.still, *self.allow]
        used += self.buttons.values()
        for key in used:
            if key not in NAMED_KEYS and not (len(key) == 1 and "!" <= key <= "~" and key == key.lower()):
                raise AwacError(f"{key!r} is no key; write a lower-case character or one of {', '.join(NAMED_KEYS)}")
        if twice := sorted({key for key in used if used.count(key) > 1}):
            raise AwacError(f"key {twice[0]!r} is given two meanings; leave one of them out")


Kind = TypeVar("Kind", JoystickMapping, KeyboardMapping)


def load(path: Path, kind: type[Kind]) -> Kind:
    """The mapping in a YAML file; AwacError, naming file and key, for anything that is missing, unknown or mistyped."""
    try:
        values = yaml.safe_load(Path(path).read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise AwacError(f"{path}: can't be read as YAML ({reason}); begin with a copy of {kind.example}") from error
    hints = {field.name: get_type_hints(kind)[field.name] for field in dataclasses.fields(kind)}
    if not isinstance(values, dict):
        raise AwacError(f"{path}: is no table of keys; begin with a copy of {kind.example}")
    if unknown := [key for key in values if key not in hints]:
        raise AwacError(f"{path}: unknown key {unknown[0]!r}; the keys are {', '.join(hints)}")
    if missing := [key for key in hints if key not in values]:
        raise AwacError(f"{path}: key {missing[0]} is missing; see {kind.example}")
    for key, hint in hints.items():
        if hint is float and type(values[key]) is int:
            values[key] = float(values[key])
        if not _fits(values[key], hint):
            raise AwacError(f"{path}: {key} is {values[key]!r}, which does not fit; see {kind.example}")
    try:
        return kind(**values)
    except AwacError as error:
        raise AwacError(f"{path}: {error}") from error


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in arguments
    if origin is types.UnionType:
        return any(_fits(value, each) for each in arguments)
    if origin is list:
        return type(value) is list and all(_fits(each, arguments[0]) for each in value)
    if origin is dict:
        return type(value) is dict and all(
            _fits(each, kind) for item in value.items() for each, kind in zip(item, arguments, strict=True)
        )
    return type(value) is hint and (hint is not float or bool(np.isfinite(value)))


def _check_names(key: str, names: Mapping[str, Any] | Sequence[str], known: tuple[str, ...]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise AwacError(f"{key} has no {unknown[0]!r}; choose from {', '.join(known) or 'nothing'}")


def _rotation(q: np.ndarray) -> np.ndarray:
    """(3, 3) of a unit quaternion xyzw."""
    x, y, z, w = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
