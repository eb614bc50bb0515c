"""awac film"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


@app.command()
def film(
    checkpoint: Annotated[
        Path, typer.Argument(help="A run's folder (its newest policy), a checkpoint's folder, or a .safetensors file.")
    ],
    out: Annotated[Path, typer.Option(help="The animation to write, a .mp4, .webp or .gif.")],
    scenes: Annotated[int, typer.Option(min=1, max=20, help="How many scenes, one after the other.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the scenes and of the random process.")] = 0,
    width: Annotated[int, typer.Option(min=128, max=1920, help="Of the whole picture, pixels.")] = 840,
) -> None:
    """Show what a policy has learned: the simulated arm before and after, side by side, in real time.

    On the left the random process that it learned from, on the right the policy without noise, from the same starts to
    the same goals.
    """
    from awac_ros.cli.data.group import track
    from awac_ros.learning.policy import Policy
    from awac_ros.runs.evaluate import read_policy
    from awac_ros.runs.film import make
    from awac_ros.tasks import task_with_layout

    weights = read_policy(checkpoint)
    task = task_with_layout(weights.layout_hash, str(checkpoint))
    made = make(task, Policy.from_weights(weights).mean, out, scenes, seed, width, track)
    reached = sum(shot.after[-1].success for shot in made)
    typer.echo(f"{out}: {reached} of {scenes} goals reached")
