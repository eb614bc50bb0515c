"""awac data plot, awac data replay"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from awac_ros.cli.data.group import JsonOption, SkipOption, SourceArgument, data, load, remark, track, writing
from awac_ros.errors import AwacError


@data.command()
def plot(
    source: SourceArgument,
    out: Annotated[Path, typer.Option(help="The picture to write, a .png.")],
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Draw the episodes: paths over the table, histograms of the actions, sums of rewards."""
    from awac_ros.runs.episode_figure import draw

    if out.suffix != ".png":
        raise AwacError(f"{out}: name a .png")
    found = load(source, skip_broken=skip_broken)
    if not found.episodes:
        raise AwacError(f"{source} holds no episode to draw; record some first")
    with writing(out):
        draw(found, out)
    if as_json:
        about = {"written": str(out), "episodes": len(found.episodes), "remarks": found.remarks}
        typer.echo(json.dumps(about, indent=2))
    else:
        remark(found.remarks)
        typer.echo(f"{out}: {len(found.episodes)} episodes")


@data.command()
def replay(
    source: SourceArgument,
    episode: Annotated[str, typer.Argument(help="The episode's name, as awac data info --episodes lists it.")],
    out: Annotated[Path, typer.Option(help="A .mp4, .webp or .gif in motion, or a .png of six pictures.")],
    width: Annotated[int, typer.Option(min=64, max=1920, help="Of each picture, pixels.")] = 320,
    as_json: JsonOption = False,
) -> None:
    """Do a recorded episode again in the simulator, action by action, and show it.

    Says how far the end lies from the recorded one: a simulated episode comes out the same, a real one shows how far
    the simulator is from the robot.
    """
    from awac_ros.arms import make_arm
    from awac_ros.data import edit, formats
    from awac_ros.runs.replay import replay as run
    from awac_ros.runs.replay import steps_between_pictures, write
    from awac_ros.tasks import task_of

    found = formats.read(source, track=track)
    chosen = edit.choose(found, [episode])[episode]
    task = task_of(found.layout, str(source))
    every = steps_between_pictures(out, len(chosen))
    arm = make_arm("bullet")
    try:
        made = run(task, arm, chosen, every=every, width=width, track=track)
    finally:
        arm.close()
    with writing(out):
        write(out, made.pictures, every * task.layout.control_period)
    recorded, again = chosen.outcome.value, "success" if made.outcome else "failure"
    if as_json:
        about = {"written": str(out), "steps": len(chosen), "deviation": made.deviation}
        typer.echo(json.dumps({**about, "recorded_outcome": recorded, "outcome": again}, indent=2))
    else:
        distance = f"{1000 * made.deviation:.1f} mm from the recorded end"
        typer.echo(f"{out}: {len(chosen)} steps, at most {distance}; recorded as {recorded}, here a {again}")
