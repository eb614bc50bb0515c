"""ROS parameters from a frozen dataclass: its fields are the parameters, and there are no others."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node

from awac_ros.errors import AwacError

Config = TypeVar("Config")

_OF_ROS = ("use_sim_time", "start_type_description_service")
_PREFIXES_OF_ROS = ("qos_overrides.",)


def parameter(
    default: Any,
    description: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
) -> Any:
    """A dataclass field that `declare` turns into a ROS parameter; low and high are inclusive and come together."""
    return dataclasses.field(
        default=default, metadata={"description": description, "low": low, "high": high, "choices": choices}
    )


def declare(node: Node, config: Config) -> Config:
    """Declare each field of `config` (made with `parameter`) on the node, read-only; the values given on the outside.

    The node must have been made with automatically_declare_parameters_from_overrides (as RunnableNode is).
    AwacError for an unknown parameter, a value of another type or one out of range.
    """
    given = {name: p.value for name, p in node.get_parameters_by_prefix("").items() if not _is_of_ros(name)}
    fields = {field.name: field for field in dataclasses.fields(config)}
    if unknown := sorted(given.keys() - fields.keys()):
        raise AwacError(
            f"{node.get_name()}: unknown parameter {unknown[0]!r}; the parameters are {', '.join(sorted(fields))}"
        )
    values = {}
    for name, field in fields.items():
        default = getattr(config, name)
        value = _checked(node.get_name(), field, given.get(name, default), type(default))
        if name in given:
            node.undeclare_parameter(name)
        node.declare_parameter(name, value, _descriptor(field, type(default)), ignore_override=True)
        values[name] = value
    return dataclasses.replace(config, **values)


def _is_of_ros(name: str) -> bool:
    return name in _OF_ROS or name.startswith(_PREFIXES_OF_ROS)


def _checked(node: str, field: dataclasses.Field, value: Any, kind: type) -> Any:
    name, about = field.name, field.metadata
    if kind is float and type(value) is int:
        value = float(value)
    if kind is tuple and not isinstance(value, str | int | float | bool):
        value = tuple(value)
        if len(value) != len(field.default) or not all(type(one) in (int, float) for one in value):
            raise AwacError(f"{node}: parameter {name} is {list(value)}, but must be {len(field.default)} numbers")
        value = tuple(map(float, value))
    if type(value) is not kind:
        raise AwacError(f"{node}: parameter {name} is {value!r}, but must be of type {kind.__name__}")
    if about["low"] is not None and not about["low"] <= value <= about["high"]:
        raise AwacError(f"{node}: parameter {name} is {value}, but must lie in [{about['low']}, {about['high']}]")
    if about["choices"] is not None and value not in about["choices"]:
        raise AwacError(f"{node}: parameter {name} is {value!r}, but must be one of {', '.join(about['choices'])}")
    return value


def _descriptor(field: dataclasses.Field, kind: type) -> ParameterDescriptor:
    about = field.metadata
    descriptor = ParameterDescriptor(description=about["description"], read_only=True)
    if about["low"] is not None and kind is float:
        span = FloatingPointRange(from_value=float(about["low"]), to_value=float(about["high"]))
        descriptor.floating_point_range = [span]
    elif about["low"] is not None:
        descriptor.integer_range = [IntegerRange(from_value=int(about["low"]), to_value=int(about["high"]))]
    if about["choices"] is not None:
        descriptor.additional_constraints = "one of: " + ", ".join(about["choices"])
    return descriptor
