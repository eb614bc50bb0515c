"""Nodes started here, and what the ROS graph then says of their topics, services and actions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from rclpy.action import ActionServer, get_action_server_names_and_types_by_node
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile

from awac_ros.errors import AwacError
from awac_ros.nodes.runner import Interrupted, RunnableNode, Spinner
from scripts.reference.kinds import Kind

ROLES = ("publishes", "subscribes to", "offers", "calls")
"""What a node can do with a topic, or with a service or an action."""
_OF_ACTION = "/_action/"
"""In the names of the topics and services that an action is made of."""
_BARE = "bare"
_PATIENCE = 30.0
_ENDLESS = Duration(seconds=86_400)
"""What the middleware says of a duration without an end lies far beyond."""
_starts = count()


@dataclass(frozen=True)
class Endpoint:
    """One topic, service or action of a node."""

    role: str
    name: str
    """Absolute where it begins with a slash, else below the node's namespace."""
    kind: str
    """Its type, such as std_msgs/msg/Empty."""
    qos: str
    """Of a topic, in words; of a service or an action, empty."""


def endpoints(kind: Kind) -> dict[Endpoint, str]:
    """Everything that the node has in the graph, and in words where it has it only in some variations."""
    plain = _seen(kind, {})
    seen = {words: _seen(kind, parameters) for words, parameters in kind.variations.items()}
    found = {}
    for endpoint in sorted(plain.union(*seen.values()), key=lambda each: (ROLES.index(each.role), each.name)):
        having = [words for words, there in seen.items() if endpoint in there]
        lacking = [words for words in seen if words not in having]
        if endpoint in plain:
            found[endpoint] = f"not with {' or '.join(lacking)}" if lacking else ""
        else:
            found[endpoint] = f"only with {' or '.join(having)}"
    return found


@contextmanager
def started(kind: Kind, parameters: Mapping[str, Any]) -> Iterator[RunnableNode]:
    """The node, in a namespace of its own; afterwards it runs as one interrupted at once, and ends as such."""
    words = [f"{name}:={value}" for name, value in {**kind.needs, **parameters}.items()]
    namespace = f"/reference_{next(_starts)}"
    arguments = ["--ros-args", *(word for pair in words for word in ("-p", pair)), "-r", f"__ns:={namespace}"]
    node = kind.node(cli_args=arguments)
    try:
        yield node
    finally:
        spinner = Spinner(node)
        spinner.interrupt()
        with suppress(Interrupted):
            node.run(spinner)
        node.close()
        spinner.close()
        node.destroy_node()


def _seen(kind: Kind, parameters: Mapping[str, Any]) -> set[Endpoint]:
    """What the node has beyond what every node of ROS has."""
    with started(kind, parameters) as node:
        use_sim_time = node.get_parameter("use_sim_time")
        bare = Node(_BARE, namespace=node.get_namespace(), parameter_overrides=[use_sim_time])
        of_ros = {_private(endpoint, _BARE) for endpoint in _endpoints(bare)}
        bare.destroy_node()
        return {each for each in _endpoints(node) if _private(each, node.get_name()) not in of_ros}


def _private(endpoint: Endpoint, node: str) -> Endpoint:
    """The same with ~ for the node's own name."""
    return replace(endpoint, name=endpoint.name.replace(f"{node}/", "~/", 1))


def _endpoints(node: Node) -> Iterator[Endpoint]:
    _await_discovery(node)
    here = (node.get_name(), node.get_namespace())
    topics = (
        ("publishes", node.get_publisher_names_and_types_by_node, node.get_publishers_info_by_topic, node.publishers),
        (
            "subscribes to",
            node.get_subscriber_names_and_types_by_node,
            node.get_subscriptions_info_by_topic,
            node.subscriptions,
        ),
    )
    for role, names_and_types, info, made in topics:
        depths = {topic.topic_name: topic.qos_profile.depth for topic in made}  # discovery tells none
        for name, kinds in names_and_types(*here):
            if _OF_ACTION in name:
                continue
            mine = [each.qos_profile for each in info(name) if (each.node_name, each.node_namespace) == here]
            (qos,) = {_words(profile, depths.get(name)) for profile in mine}
            yield Endpoint(role, _relative(name, node), " or ".join(kinds), qos)
    for role, names_and_types in (
        ("offers", node.get_service_names_and_types_by_node),
        ("calls", node.get_client_names_and_types_by_node),
    ):
        for name, kinds in names_and_types(*here):
            if _OF_ACTION not in name:
                yield Endpoint(role, _relative(name, node), " or ".join(kinds), "")
    for name, kinds in get_action_server_names_and_types_by_node(node, *here):
        yield Endpoint("offers", _relative(name, node), " or ".join(kinds), "")


def _await_discovery(node: Node) -> None:
    """Until the graph knows everything that the node has made; AwacError where it does not come to."""
    deadline = time.monotonic() + _PATIENCE
    while not _discovered(node):
        if time.monotonic() > deadline:
            raise AwacError(f"the ROS graph does not know all of {node.get_fully_qualified_name()}; run this again")
        time.sleep(0.01)


def _discovered(node: Node) -> bool:
    here = (node.get_name(), node.get_namespace())
    actions = sum(isinstance(each, ActionServer) for each in node.waitables)
    if len(get_action_server_names_and_types_by_node(node, *here)) < actions:
        return False
    return all(
        made <= {name for name, _ in known(*here)}
        for made, known in (
            ({each.topic_name for each in node.publishers}, node.get_publisher_names_and_types_by_node),
            ({each.topic_name for each in node.subscriptions}, node.get_subscriber_names_and_types_by_node),
            ({each.service_name for each in node.services}, node.get_service_names_and_types_by_node),
            ({each.service_name for each in node.clients}, node.get_client_names_and_types_by_node),
        )
    )


def _relative(name: str, node: Node) -> str:
    return name.removeprefix(f"{node.get_namespace()}/")


def _words(profile: QoSProfile, depth: int | None) -> str:
    policies = [policy.name.lower().replace("_", " ") for policy in (profile.reliability, profile.durability)]
    if depth is not None:
        policies.append(f"last {depth}")
    for name, limit in (("lease", profile.liveliness_lease_duration), ("deadline", profile.deadline)):
        if limit < _ENDLESS:
            policies.append(f"{name} {limit.nanoseconds / 1e9:g} s")
    return ", ".join(policies)
