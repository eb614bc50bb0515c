"""awac eval"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app


@app.command("eval")
def evaluate(
    checkpoint: Annotated[
        Path, typer.Option(help="A checkpoint's folder, a run's folder (its newest policy), or a .safetensors file.")
    ],
    seed: Annotated[int, typer.Option(min=0, help="Of the scenes: the same seed gives the same starts and goals.")] = 0,
    episodes: Annotated[int, typer.Option(min=1, help="How many episodes to judge by.")] = 100,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file as well.")] = None,
) -> None:
    """Judge a saved policy in the plain simulated environment, without ROS.

    The policy acts without noise. Prints the share of episodes that end at the goal, the share that pass it at any
    time, and the mean distance at the end.
    """
    from awac_ros.runs.evaluate import evaluate_checkpoint

    evaluate_checkpoint(checkpoint, seed, episodes, json)
