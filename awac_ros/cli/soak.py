"""awac soak"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


@app.command()
def soak(
    json: Annotated[Path, typer.Option(help="The file for commit, machine and measures.")],
    seed: Annotated[int, typer.Option(min=0, help="Of every random choice.")] = 0,
    short: Annotated[
        bool, typer.Option("--short", help="About a tenth of the effort, in less than 10 minutes.")
    ] = False,
    out: Annotated[Path, typer.Option(help="A new folder for the graphs' data and whatever broke something.")] = Path(
        "runs/soak"
    ),
    report: Annotated[Path | None, typer.Option(help="Write promises and figures to this Markdown file too.")] = None,
) -> None:
    """Try to break what this project promises: kill its processes, fill its disk, damage its files, lie to its nodes.

    Exit code 1 where a promise did not hold.
    """
    from awac_ros.bench.form import all_hold, table, write
    from awac_ros.data.atomic import atomic_write
    from awac_ros.soak import soak as soaking
    from awac_ros.soak.effort import FULL, SHORT

    measures = soaking.soak(SHORT if short else FULL, seed, out, typer.echo)
    typer.echo(table(measures))
    write(json, measures)
    if report is not None:
        atomic_write(report, soaking.report(json).encode())
    if not all_hold(measures):
        raise typer.Exit(1)
