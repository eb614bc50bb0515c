"""awac pushing"""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Literal

import typer

from awac_ros.cli.application import app


@app.command()
def pushing(
    prior: Annotated[
        Literal["random", "demos"],
        typer.Option(
            help="What training begins with. random: episodes of a random process and nothing else; "
            "demos: demonstrations by a scripted operator beside them."
        ),
    ] = "demos",
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another run of everything.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="The run's folder. Without it: runs/pushing/<time>/, or the newest unfinished run there."),
    ] = None,
    env_steps: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Control steps of online fine-tuning, ten a second of robot time; 3000 with demos, else 6000.",
        ),
    ] = None,
    offline_updates: Annotated[int, typer.Option(min=1, help="Gradient updates before the arm moves.")] = 25_000,
    demos: Annotated[int, typer.Option(min=1, help="Demonstrations (with --prior demos).")] = 20,
    random_episodes: Annotated[int, typer.Option(min=1, help="Episodes of the random process.")] = 500,
    evaluation_episodes: Annotated[int, typer.Option(min=1, help="Episodes of each evaluation.")] = 100,
) -> None:
    """Learn to push a puck to a goal with a simulated Sawyer, from prior data to the report; at most ten minutes.

    Collects demonstrations through the ROS graph, makes random episodes, trains offline, fine-tunes online through the
    ROS graph, and judges the policy before and after. Stop it with Ctrl-C whenever you like: the same command goes on
    where it stopped. Everything lies in the run's folder, report.md first.
    """
    from awac_ros.runs.pushing import run_pushing
    from awac_ros.runs.settings import PushingSettings

    settings = PushingSettings(
        prior=prior,
        seed=seed,
        demos=demos,
        random_episodes=random_episodes,
        offline_updates=offline_updates,
        env_steps=env_steps or PushingSettings.default_env_steps(prior),
        evaluation_episodes=evaluation_episodes,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not run_pushing(settings, out):
        raise typer.Exit(130)
