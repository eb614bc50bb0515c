"""awac up, awac collect, awac train: the ROS graph from a shell"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from awac_ros.cli.application import app
from awac_ros.cli.teleop import drive_by_keyboard

if TYPE_CHECKING:
    from awac_ros.nodes.description import Graph, Value


@app.command()
def up(
    graph: Annotated[str, typer.Argument(help="Which graph to start: pushing.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME:=VALUE]...", help="Launch arguments, such as mode:=train.")
    ] = None,
    show_args: Annotated[bool, typer.Option("--show-args", help="Explain the arguments and start nothing.")] = False,
    ask: Annotated[
        bool, typer.Option("--choose", help="Choose the mode on the operator's page, again after each has ended.")
    ] = False,
) -> None:
    """Start the nodes of a graph, as `ros2 launch awac_ros <graph>.launch.py` does where the ros2 command is.

    The same description, the same arguments. Ctrl-C ends the nodes; each one's output is also kept in <out>/logs/.
    """
    from awac_ros.nodes.graph import find_graph

    found = find_graph(graph)
    given = found.parse(arguments or [])
    if show_args:
        for argument in found.arguments:
            choices = f" ({' | '.join(argument.choices)})" if argument.choices else ""
            typer.echo(f"{argument.name}{choices}: {argument.description}\n    default: {argument.default!r}")
        return
    _run(graph, dict(given), ask)


@app.command()
def collect(
    demos: Annotated[Path, typer.Option(help="The HDF5 file to write; an existing one is continued.")],
    episodes: Annotated[int, typer.Option(min=1, help="How many demonstrations the file shall hold.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Of scenes and of the operator's hand.")] = 0,
) -> None:
    """Record demonstrations of pushing by a scripted operator who teleoperates the simulated arm through the ROS graph.

    As fast as this machine allows. To demonstrate in real time or with another operator: awac up pushing mode:=collect.
    """
    _run("pushing", {"mode": "collect", "lockstep": True, "demos": str(demos), "episodes": episodes, "seed": seed})


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder of the run; what it holds is continued.")],
    demos: Annotated[Path | None, typer.Option(help="HDF5 file of demonstrations to begin with.")] = None,
    prior: Annotated[
        Path | None,
        typer.Option(help="HDF5 file of other old episodes, good or bad; or a .yaml list of sources with weights."),
    ] = None,
    env_steps: Annotated[int, typer.Option(min=1, help="Control steps of online fine-tuning.")] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="Of scenes, exploration and training.")] = 0,
) -> None:
    """Train on old episodes, then fine-tune on the simulated arm through the ROS graph, as fast as this machine allows.

    Leaves <out>/checkpoints, which `awac eval` judges. The whole experiment with its report is awac pushing.
    """
    given: dict[str, Value] = {"mode": "train", "lockstep": True, "out": str(out), "env_steps": env_steps, "seed": seed}
    given |= {name: str(path) for name, path in (("demos", demos), ("prior", prior)) if path is not None}
    _run("pushing", given)


def _run(name: str, given: dict[str, Value], ask: bool = False) -> None:
    """Start the graph and stay until it has done its work or Ctrl-C ends it; with `ask`, again and again."""
    from awac_ros.nodes.graph import find_graph

    graph = find_graph(name)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if ask:
            from awac_ros.cli.choose import choose

            choose(graph, given, lambda chosen: _stay(graph, chosen))
        else:
            _stay(graph, given)
    except KeyboardInterrupt:
        typer.echo("Stopped; the same command goes on.")


def _stay(graph: Graph, given: dict[str, Value]) -> None:
    """Until the graph has done its work."""
    from awac_ros.nodes.up import up as start

    values = graph.values(given)
    by_keyboard = values["teleop"] == "keyboard" and sys.stdin.isatty() and sys.stdout.isatty()
    echo = None if by_keyboard else print
    with start(graph, given, Path(str(values["out"])) / "logs", echo) as session:
        if by_keyboard:
            drive_by_keyboard(session, values)
        else:
            session.wait()
