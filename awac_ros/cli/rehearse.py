"""awac rehearse"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


@app.command()
def rehearse(
    drill: Annotated[list[str] | None, typer.Option(help="Only this drill, by its name; may be repeated.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write commit, machine and measures to this file as well.")] = None,
) -> None:
    """Rehearse what can go wrong beside the physical Sawyer, without it: the driver on a simulated robot.

    Kills, suspends, delays, presses the E-stop and more while the arm moves at 0.2 m/s under a person's hand, and
    measures how long and how far it moves on. Each drill must end with the arm at rest and every acknowledged
    transition on the disk. All of them take some five minutes; exit code 1 where one misses its target.
    """
    from awac_ros.bench.form import all_hold, table, write
    from awac_ros.rehearsal.rehearse import measure

    measures = measure(drill or [], typer.echo)
    typer.echo(table(measures))
    if json is not None:
        write(json, measures)
    if not all_hold(measures):
        raise typer.Exit(1)
