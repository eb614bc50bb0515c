"""awac teleop: a person's device, beside a graph that is running"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from awac_ros.cli.application import app

if TYPE_CHECKING:
    from awac_ros.nodes.description import Values
    from awac_ros.nodes.up import Session

_LOOK = 0.2


@app.command()
def teleop(
    device: Annotated[
        str, typer.Argument(help="keyboard (of this terminal), gamepad, joy or spacemouse (published as Joy).")
    ],
    mapping: Annotated[Path | None, typer.Option(help="YAML file of the device's axes, buttons and speed.")] = None,
    namespace: Annotated[str, typer.Option(help="ROS namespace of the graph.")] = "",
    use_sim_time: Annotated[bool, typer.Option("--use-sim-time", help="The graph follows a simulated clock.")] = False,
) -> None:
    """Drive the arm of a running graph, mark its episodes, or take over from its policy. Ctrl-C ends it.

    For example, beside: awac up pushing mode:=collect teleop:=none
    """
    from awac_ros.nodes.runner import run
    from awac_ros.nodes.teleop import Teleop

    raise typer.Exit(run(Teleop, ["teleop", *_arguments(device, str(mapping or ""), namespace, use_sim_time)]))


def drive_by_keyboard(session: Session, values: Values) -> None:
    """The keyboard of this terminal drives the graph until that has done its work or the person ends it."""
    arguments = _arguments("keyboard", str(values["mapping"]), str(values["namespace"]), bool(values["use_sim_time"]))
    keyboard = subprocess.Popen([sys.executable, "-m", "awac_ros.nodes", "teleop", *arguments])
    try:
        while keyboard.poll() is None and not session.wait(_LOOK):
            pass
    finally:
        keyboard.terminate()
        keyboard.wait()
    if keyboard.returncode:
        raise typer.Exit(keyboard.returncode)


def _arguments(device: str, mapping: str, namespace: str, use_sim_time: bool) -> list[str]:
    """Of the teleop node's process."""
    words = ["--ros-args", "-p", f"device:={device}", "-p", f"use_sim_time:={use_sim_time}"]
    if mapping:
        words += ["-p", f"mapping:={json.dumps(mapping)}"]
    if namespace:
        words += ["-r", f"__ns:=/{namespace.strip('/')}"]
    return words
