"""awac rehearse, awac rehearse pushing"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from awac_ros.cli.application import app

if TYPE_CHECKING:
    from awac_ros.bench.form import Measure

rehearse = typer.Typer(invoke_without_command=True)
app.add_typer(rehearse, name="rehearse")

_Json = Annotated[Path | None, typer.Option(help="Write commit, machine and measures to this file as well.")]


@rehearse.callback()
def drills(
    context: typer.Context,
    drill: Annotated[list[str] | None, typer.Option(help="Only this drill, by its name; may be repeated.")] = None,
    json: _Json = None,
) -> None:
    """Rehearse what can go wrong beside the physical Sawyer, without it: the driver on a simulated robot.

    Kills, suspends, delays, presses the E-stop and more while the arm moves at 0.2 m/s under a person's hand, and
    measures how long and how far it moves on. Each drill must end with the arm at rest and every acknowledged
    transition on the disk. All of them take some five minutes; exit code 1 where one misses its target.
    """
    if context.invoked_subcommand is not None:
        return
    from awac_ros.rehearsal.rehearse import measure

    _tell(measure(drill or [], typer.echo), json)


@rehearse.command()
def pushing(
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another run of everything.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run's folder. Without it: runs/rehearsal/<time>/, or the newest one there to go on with."
        ),
    ] = None,
    env_steps: Annotated[int, typer.Option(min=1, help="Control steps of online fine-tuning, ten a second.")] = 3_000,
    offline_updates: Annotated[int, typer.Option(min=1, help="Gradient updates before the arm moves.")] = 25_000,
    demos: Annotated[int, typer.Option(min=1, help="Demonstrations by the scripted operator.")] = 20,
    episodes: Annotated[int, typer.Option(min=1, help="In which the policy is judged through the driver.")] = 10,
    json: _Json = None,
) -> None:
    """Learn to push as `awac pushing` does, with the driver, in real time, between the graph and the simulated robot.

    A simulated person puts the puck back between episodes and resumes an arm that has stopped. Some twenty minutes;
    Ctrl-C, and the same command goes on. Exit code 1 where a measure misses its target.
    """
    from awac_ros.rehearsal.pushing import rehearse_pushing
    from awac_ros.runs.settings import PushingSettings

    settings = PushingSettings(seed=seed, demos=demos, offline_updates=offline_updates, env_steps=env_steps)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        measures = rehearse_pushing(settings, out, episodes)
    except KeyboardInterrupt:
        typer.echo("Stopped. Nothing is lost: the same command goes on.")
        raise typer.Exit(130) from None
    _tell(measures, json)


def _tell(measures: Sequence[Measure], json: Path | None) -> None:
    from awac_ros.bench.form import all_hold, table, write

    typer.echo(table(measures))
    if json is not None:
        write(json, measures)
    if not all_hold(measures):
        raise typer.Exit(1)
