"""awac up --choose: the operator's page asks what to do, and asks again when that has ended"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import typer

from awac_ros.console.chooser import Chooser, Offer
from awac_ros.errors import AwacError
from awac_ros.nodes.description import Graph, Value

_WORDS = {
    "collect": "Record demonstrations: you drive, and judge each episode.",
    "train": "Learn from them, then go on learning while the arm acts; take over whenever you like.",
    "eval": "Watch what it has learned, without exploring and without learning.",
}


def choose(graph: Graph, given: Mapping[str, Value], run: Callable[[dict[str, Value]], None]) -> None:
    """Ask for a mode, `run` the graph in it, and so on until Ctrl-C; AwacError for arguments that don't go with it."""
    if "mode" in given:
        raise AwacError(f"--choose asks for the mode; leave out mode:={given['mode']}, or --choose")
    given = {"teleop": "browser", "console": "true", **given}
    values = graph.values({**given, "mode": "collect"})
    if not values["console"]:
        raise AwacError("--choose needs the operator's page; leave out console:=false")
    if not values["sim"]:
        raise AwacError("--choose is for the simulated arm; beside the physical one start each mode by its mode:=")
    collected, port = Path(str(values["out"])) / "demos.hdf5", int(values["console_port"] or 0)
    while True:
        ways = {mode: {**given, "mode": mode} for mode in _WORDS}
        if not values["demos"] and collected.exists():
            ways["train"]["demos"] = str(collected)
        with Chooser(port, [Offer(mode, _WORDS[mode], _refusal(graph, way)) for mode, way in ways.items()]) as chooser:
            typer.echo(f"Choose what to do on the operator's page: {chooser.url}")
            mode, port = chooser.wait(), chooser.port
        run({**ways[mode], "console_port": port})


def _refusal(graph: Graph, arguments: Mapping[str, Value]) -> str | None:
    """Why the graph can't do anything with these arguments, or None."""
    try:
        acts = any(start.name == "console" for start in graph.plan(arguments))
    except AwacError as error:
        return str(error)
    return None if acts else "all of it is done; start again with a larger episodes:= or env_steps:="
