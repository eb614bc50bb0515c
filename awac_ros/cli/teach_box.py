"""awac teach-box"""

from __future__ import annotations

import select
import sys
from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


@app.command("teach-box")
def teach_box(
    out: Annotated[Path, typer.Option(help="The parameter file to write; start the graph with params_file:=<it>.")],
    params_file: Annotated[
        Path | None, typer.Option(help="The file to take all other parameters from; else config/pushing.yaml.")
    ] = None,
    namespace: Annotated[str, typer.Option(help="ROS namespace of the running graph.")] = "",
) -> None:
    """Teach the workspace box by hand: squeeze Sawyer's cuff and lead the tip to the corners of where it may go.

    The graph must be running with sim:=false; its arm is stopped, and stays so afterwards. The box holds every place
    to which the tip is led while the cuff is held, so lead it nowhere else. Enter ends it and writes the file.
    """
    from awac_ros.resources import resource
    from awac_ros.runs.teach_box import BoxTeacher, misses_task, write_box

    with BoxTeacher(namespace) as teacher:
        teacher.stop_arm()
        typer.echo("The arm is stopped. Squeeze the cuff and lead the tip to the corners of the box; then press Enter.")
        teacher.follow(lambda: bool(select.select([sys.stdin], [], [], 0.0)[0]))
        limits = teacher.box.limits()
    write_box(out, params_file or resource("config/pushing.yaml"), limits)
    typer.echo(f"The tip stays between {limits.workspace_low} and {limits.workspace_high} m with params_file:={out}")
    if warning := misses_task(limits):
        typer.secho(f"But {warning}.", fg=typer.colors.YELLOW, err=True)
