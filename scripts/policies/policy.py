"""A node's topics, services and actions as an SROS 2 policy, version 0.2.0 of the format."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Tree

from awac_ros.nodes.up import enclave
from scripts.reference.running import Endpoint

_ALLOWED = {
    "publishes": ("topics", "topic", "publish"),
    "subscribes to": ("topics", "topic", "subscribe"),
    "offers": ("services", "service", "reply"),
    "calls": ("services", "service", "request"),
    "executes": ("actions", "action", "execute"),
}
"""By role: the list, its entries, and the right to them."""
_ACTION = "/action/"
_PARAMETERS = ("describe", "get", "list", "set")
_OF_ROS = {
    "publishes": {"/parameter_events", "/rosout"},
    "subscribes to": {"/clock"},
    "offers": {
        *(f"~/{verb}_parameters" for verb in _PARAMETERS),
        *("~/get_parameter_types", "~/set_parameters_atomically", "~/get_type_description"),
    },
    "calls": set(),
    "executes": set(),
}
"""What every node of ROS has; /clock with use_sim_time."""
_NOTE = " Made from the running node by `python -m scripts.policies`; docs/security.md says how to use it. "


def policy(node: str, endpoints: Iterable[Endpoint]) -> str:
    """The policy file of the node's enclave, for a graph without a namespace."""
    names = {role: set(of_ros) for role, of_ros in _OF_ROS.items()}
    for endpoint in endpoints:
        names["executes" if _ACTION in endpoint.kind else endpoint.role].add(endpoint.name)
    root = Tree.Element("policy", version="0.2.0")
    root.append(Tree.Comment(_NOTE))
    profiles = Tree.SubElement(
        Tree.SubElement(Tree.SubElement(root, "enclaves"), "enclave", path=enclave(node)), "profiles"
    )
    profile = Tree.SubElement(profiles, "profile", ns="/", node=node)
    for role, (group, entry, right) in _ALLOWED.items():
        if names[role]:
            listed = Tree.SubElement(profile, group, {right: "ALLOW"})
            for name in sorted(names[role]):
                Tree.SubElement(listed, entry).text = name
    Tree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="unicode") + "\n"
