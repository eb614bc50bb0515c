"""The page on launch arguments."""

from __future__ import annotations

from pathlib import Path

from awac_ros.nodes.description import Argument
from awac_ros.nodes.graph import GRAPHS
from scripts.reference.table import NOTE, code, plain, table

_HEAD = f"""# Launch arguments

{NOTE}

`ros2 launch awac_ros <graph>.launch.py name:=value` and `awac up <graph> name:=value` take the same ones. Everything
else is set in the file that `params_file` names: the parameters of [the nodes](nodes.md).
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for graph in GRAPHS.values():
        rows = [_row(argument) for argument in graph.arguments]
        nodes = ", ".join(process.name for process in graph.processes)
        parts.append(f"## {graph.name}\n\nIts nodes, those that the arguments ask for: {nodes}.\n")
        parts.append(table(("argument", "type", "default", "allowed", "meaning"), rows))
    return "\n".join(parts)


def _row(argument: Argument) -> tuple[str, ...]:
    path = Path(argument.default)
    default = f"{path.parent.name}/{path.name}" if path.is_absolute() else argument.default
    choices = ", ".join(map(code, argument.choices))
    return code(argument.name), argument.kind.__name__, code(default), choices, plain(argument.description)
