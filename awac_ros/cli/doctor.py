"""awac doctor"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


@app.command()
def doctor(
    folder: Annotated[Path, typer.Option(help="Where runs are kept; need not be there yet.")] = Path("runs"),
    json: Annotated[Path | None, typer.Option(help="Write commit, machine and findings to this file as well.")] = None,
) -> None:
    """Look at this machine and say in plain words what would hurt a run, and how to mend it.

    Exit code 1 where something would make a run fail.
    """
    from awac_ros.doctor.examine import examine, write
    from awac_ros.doctor.finding import Level

    colours = {Level.GOOD: typer.colors.GREEN, Level.HURTS: typer.colors.YELLOW, Level.BREAKS: typer.colors.RED}
    findings = examine(folder)
    for finding in findings:
        typer.echo(typer.style(f"{finding.level.value:<7}", fg=colours[finding.level]) + finding.found)
        if finding.mend:
            typer.echo(f"       -> {finding.mend}")
    if json is not None:
        write(json, findings)
    if any(finding.level is Level.BREAKS for finding in findings):
        raise typer.Exit(1)
