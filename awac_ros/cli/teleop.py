"""awac teleop: a person's device, beside a graph that is running"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


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

    For example, beside: awac up pushing mode:=collect teleop:=keyboard
    """
    from awac_ros.nodes.runner import run
    from awac_ros.nodes.teleop import Teleop

    arguments = ["teleop", "--ros-args", "-p", f"device:={device}", "-p", f"use_sim_time:={use_sim_time}"]
    if mapping is not None:
        arguments += ["-p", f"mapping:={json.dumps(str(mapping))}"]
    if namespace:
        arguments += ["-r", f"__ns:=/{namespace.strip('/')}"]
    raise typer.Exit(run(Teleop, arguments))
