"""awac study"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.application import app
from awac_ros.errors import AwacError


@app.command()
def study(
    name: Annotated[
        str | None, typer.Argument(help="A study that --list shows, or a gymnasium environment's id with --prior.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Show the studies and start none.")] = False,
    data: Annotated[Path | None, typer.Option(help="The folder that holds the study's files of prior data.")] = None,
    prior: Annotated[
        list[Path] | None, typer.Option(help="A file of prior data for an environment of one's own; may be repeated.")
    ] = None,
    success_reward: Annotated[
        bool, typer.Option("--success-reward", help="With --prior: reward 0 in success and -1 elsewhere.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="The study's folder; what it holds is continued. Default: runs/studies/<name>.")
    ] = None,
    methods: Annotated[str | None, typer.Option(help="Some of the methods, such as awac,bc. Default: all.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Runs of each method. Default: the study's own.")] = None,
    env_steps: Annotated[
        int | None, typer.Option(min=1, help="Environment steps of each run. Default: the study's own.")
    ] = None,
    evaluation_steps: Annotated[
        int | None, typer.Option(min=1, help="Environment steps between two evaluations. Default: the study's own.")
    ] = None,
    evaluation_episodes: Annotated[
        int | None, typer.Option(min=1, help="Episodes of an evaluation. Default: the study's own.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where networks are trained: cpu, or cuda for a GPU.")] = "cpu",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes at a time. Default: one for each core.")] = None,
) -> None:
    """Compare learning methods on one task from the same prior data, each with several seeds.

    One process for each method and seed. Stop it with Ctrl-C whenever you like: the same command goes on where it
    stopped. Leaves results.md first, results.csv and curves.png in the study's folder.
    """
    from awac_ros.studies.catalog import STUDIES, find_study, own_study
    from awac_ros.studies.comparison import choose, compare, train_on

    if show_list:
        for each in STUDIES.values():
            variants = ", ".join(variant.name for variant in each.variants)
            typer.echo(f"{each.name}: {each.title} ({each.env_steps:,} environment steps)\n    {variants}")
        return
    if name is None:
        raise AwacError("name a study, or an environment with its --prior; awac study --list shows the studies")
    if success_reward and not prior:
        raise AwacError("--success-reward goes with --prior; the named studies have rewards of their own")
    chosen = own_study(name, prior, success_reward) if prior else find_study(name)
    if methods is not None:
        chosen = choose(chosen, methods.split(","))
    chosen = train_on(chosen, device)
    chosen = replace(
        chosen,
        seeds=seeds or chosen.seeds,
        env_steps=env_steps or chosen.env_steps,
        evaluation_steps=evaluation_steps or chosen.evaluation_steps,
        evaluation_episodes=evaluation_episodes or chosen.evaluation_episodes,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cores = len(os.sched_getaffinity(0))
    if not compare(chosen, out or Path("runs/studies") / chosen.name, data, jobs or cores, typer.echo):
        raise typer.Exit(130)
