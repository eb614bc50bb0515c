"""The form in which a graph of nodes is described once, for `ros2 launch` and for `awac up` alike. No ROS here."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from awac_ros.errors import AwacError

Value = bool | int | float | str
Values = Mapping[str, Value]
"""The value of every argument of a graph."""

_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class Argument:
    """A launch argument."""

    name: str
    default: str
    description: str
    kind: type = str
    """bool, int, float or str."""
    choices: tuple[str, ...] = ()

    def parse(self, text: str) -> Value:
        """The argument's value; AwacError if the text isn't one. An empty text stays empty: not given."""
        if self.choices and text not in self.choices:
            raise AwacError(f"{self.name}:={text} is not known; choose one of {', '.join(self.choices)}")
        if self.kind is str or not text:
            return text
        try:
            return _BOOLEANS[text.lower()] if self.kind is bool else self.kind(text)
        except (KeyError, ValueError) as error:
            raise AwacError(f"{self.name}:={text} is not of type {self.kind.__name__}; {self.description}") from error


@dataclass(frozen=True)
class Process:
    """A node that the graph may start."""

    name: str
    """Of the node and of its executable."""
    parameters: Callable[[Values], dict[str, Value]]
    """What the arguments say about this node; everything else is in the parameter file."""
    wanted: Callable[[Values], bool] = lambda values: True
    ends_graph: Callable[[Values], bool] = lambda values: False
    """Whether the whole graph has done its work when this process ends by itself."""


@dataclass(frozen=True)
class Start:
    """A process to start, with everything decided."""

    name: str
    parameters: dict[str, Value]
    params_file: Path
    namespace: str
    log_level: str
    ends_graph: bool
    remappings: Mapping[str, str] = field(default_factory=dict)
    """Topics and services: the name that the node knows, and the one it has outside."""


@dataclass(frozen=True)
class Graph:
    """Arguments and processes; `plan` turns the one into the other."""

    name: str
    arguments: tuple[Argument, ...]
    processes: tuple[Process, ...]
    """In the order of starting them; `awac up` ends them in the opposite order."""
    check: Callable[[Values], None]
    """Raises AwacError for values that don't go together."""
    remappings: Callable[[Values], dict[str, str]] = lambda values: {}
    """Of every process's topics."""

    def parse(self, words: Sequence[str]) -> dict[str, str]:
        """The arguments in words like "mode:=train"; AwacError for a word that is not one of this graph's."""
        given = {}
        for word in words:
            name, separator, text = word.partition(":=")
            if not separator:
                raise AwacError(f"'{word}' is not an argument; write name:=value, for example {self._example()}")
            self._argument(name)
            given[name] = text
        return given

    def values(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """A checked value for every argument: what is given, else the default."""
        for name in given:
            self._argument(name)
        values = {}
        for argument in self.arguments:
            value = given.get(argument.name, argument.default)
            values[argument.name] = argument.parse(str(value).lower() if isinstance(value, bool) else str(value))
        if not Path(str(values["params_file"])).is_file():
            raise AwacError(f"params_file:={values['params_file']} is not there; name an existing ROS parameter file")
        self.check(values)
        return values

    def plan(self, given: Mapping[str, Value]) -> list[Start]:
        """What to start, in order; AwacError for arguments that are unknown, malformed or don't go together.

        Parameters whose argument is empty are left to the parameter file.
        """
        values = self.values(given)
        return [
            Start(
                process.name,
                {
                    "use_sim_time": values["use_sim_time"],
                    **{name: value for name, value in process.parameters(values).items() if value != ""},
                },
                Path(str(values["params_file"])),
                str(values["namespace"]),
                str(values["log_level"]),
                process.ends_graph(values),
                self.remappings(values),
            )
            for process in self.processes
            if process.wanted(values)
        ]

    def _argument(self, name: str) -> Argument:
        for argument in self.arguments:
            if argument.name == name:
                return argument
        names = [argument.name for argument in self.arguments]
        close = difflib.get_close_matches(name, names, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"the arguments are {', '.join(names)}"
        raise AwacError(f"{self.name} has no argument '{name}'; {hint}")

    def _example(self) -> str:
        first = self.arguments[0]
        return f"{first.name}:={first.default}"
