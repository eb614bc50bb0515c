"""The page on nodes: purpose, parameters, topics and services of each."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import rclpy

from awac_ros.errors import AwacError
from awac_ros.nodes.__main__ import NODES
from scripts.reference.kinds import Kind, Surroundings
from scripts.reference.running import Endpoint, endpoints, started
from scripts.reference.table import NOTE, code, plain, table

_HEAD = f"""# Nodes

{NOTE} Topics and services are what the ROS graph said of
each node while it ran.

A name without a slash in front stands below the launch argument `namespace`. Parameters are set when a node starts and
read-only from then on; an unknown one is an error. Besides what stands here, every node has ROS's own parameter
services, `use_sim_time`, `/parameter_events` and `/rosout`.
"""
_OF_ROS = {"use_sim_time", "start_type_description_service"}
"""Parameters that every node has."""
_TOPIC = "/msg/"


def page() -> str:
    """The whole page."""
    rclpy.init(args=["--ros-args", "--log-level", "warn"])
    try:
        with TemporaryDirectory(prefix="awac_reference_") as folder, closing(Surroundings(Path(folder))) as around:
            kinds = around.kinds
            if kinds.keys() != set(NODES):
                raise AwacError(f"scripts/reference/kinds.py has {', '.join(kinds)}, but the nodes are {NODES}")
            found = {name: endpoints(kind) for name, kind in kinds.items()}
            sections = [_node(name, kind, found[name]) for name, kind in kinds.items()]
    finally:
        rclpy.try_shutdown()
    return "\n".join(
        [_HEAD, *sections, _overview("Topics", found, False), _overview("Services and actions", found, True)]
    )


def _node(name: str, kind: Kind, found: Mapping[Endpoint, str]) -> str:
    about = [_purpose(kind.node), table(("parameter", "type", "default", "allowed", "meaning"), _parameters(kind))]
    rows = [
        (each.role, code(each.name), code(each.kind), each.qos, plain(condition)) for each, condition in found.items()
    ]
    about.append(table(("", "topic, service or action", "type", "quality of service", "when"), rows))
    return f"## {name}\n\n" + "\n".join(part for part in about if part)


def _purpose(node: Callable) -> str:
    """What the module and the class say of themselves."""
    module = sys.modules[node.__module__]
    return f"{module.__doc__.strip()}\n\n{inspect.getdoc(node)}\n"


def _parameters(kind: Kind) -> list[tuple[str, ...]]:
    fields = dataclasses.fields(kind.config)
    with started(kind, {}) as node:
        declared = {name for name in node.get_parameters_by_prefix("") if not name.startswith("qos_overrides.")}
    if stray := declared.symmetric_difference(field.name for field in fields) - _OF_ROS:
        raise AwacError(f"{node.get_name()} and the configuration named in kinds.py differ in {', '.join(stray)}")
    return [_parameter(field) for field in fields]


def _parameter(field: dataclasses.Field) -> tuple[str, ...]:
    about, default = field.metadata, field.default
    allowed = ""
    if about["low"] is not None:
        allowed = f"{about['low']:,} to {about['high']:,}"
    elif about["choices"] is not None:
        allowed = ", ".join(map(code, about["choices"]))
    written = str(default).lower() if isinstance(default, bool) else f"{default}"
    return code(field.name), type(default).__name__, code(written), allowed, plain(about["description"])


def _overview(title: str, found: Mapping[str, Mapping[Endpoint, str]], services: bool) -> str:
    """Who gives and who takes, of every topic, or of every service and action."""
    gives, takes = ("offers", "calls") if services else ("publishes", "subscribes to")
    nodes: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for node, there in found.items():
        for each in there:
            if (_TOPIC in each.kind) != services and node not in nodes[each.name, each.kind][each.role]:
                nodes[each.name, each.kind][each.role].append(node)
    rows = [
        (code(name), code(kind), ", ".join(sides[gives]), ", ".join(sides[takes]))
        for (name, kind), sides in sorted(nodes.items())
    ]
    heads = ("service or action", "type", "offered by", "called by") if services else ("topic", "type", "from", "to")
    return f"## {title}\n\n{table(heads, rows)}"
