"""awac random"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app
from awac_ros.errors import AwacError


@app.command("random")
def random_(
    out: Annotated[Path, typer.Option(help="The HDF5 file to write; it must be new.")],
    episodes: Annotated[int, typer.Option(min=1, help="How many episodes.")] = 300,
    seed: Annotated[int, typer.Option(min=0, help="Of scenes and actions.")] = 0,
) -> None:
    """Record episodes of pushing in which the arm moves at random: prior data that anyone can have, mostly bad.

    In the plain simulated environment, without ROS. Give the file to training as --prior.
    """
    from awac_ros.runs.narrator import Narrator
    from awac_ros.runs.random_process import record_random
    from awac_ros.runs.workers import Workers

    if out.exists():
        raise AwacError(f"{out} is there already; name a new file with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    with Workers() as crew:
        made = record_random(out, episodes, seed, crew, Narrator())
    successes, steps = sum(each.success for each in made), sum(map(len, made))
    typer.echo(f"{out}: {len(made)} episodes, {successes} of them a success, {steps} steps")
