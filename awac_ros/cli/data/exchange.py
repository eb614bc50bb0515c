"""awac data import, awac data export"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from awac_ros.cli.data.group import (
    JsonOption,
    LeaveOutOption,
    SkipOption,
    data,
    destination,
    finish,
    load,
    remark,
    track,
    without,
    write,
    writing,
)
from awac_ros.errors import AwacError

if TYPE_CHECKING:
    from awac_ros.data import Layout


@data.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="What to read; its format is recognised.")],
    out: Annotated[Path, typer.Option(help="The file of demonstrations to write; it must be new.")],
    task: Annotated[
        str | None,
        typer.Option(help="The task's name, such as pushing or a gymnasium id, where the source does not say it."),
    ] = None,
    mask: Annotated[str | None, typer.Option(help="Only the episodes of this mask, such as train.")] = None,
    clip_actions: Annotated[
        bool, typer.Option("--clip-actions", help="Cut actions to [-1, 1]; else one outside is refused.")
    ] = False,
    success_reward: Annotated[
        bool, typer.Option("--success-reward", help="Reward 0 where the source says success and -1 elsewhere.")
    ] = False,
    leave_out: LeaveOutOption = None,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make old episodes into prior data: a file of demonstrations that training begins with.

    Reads files of demonstrations, robomimic's and D4RL's HDF5, Minari and LeRobot v3 data sets, bags of rosbag2, the
    buffer's store of a run, and a run's folder with all of these. What is not taken over is said.
    """
    from awac_ros.data import Outcome
    from awac_ros.data.formats import ReadOptions

    place = destination(source, out, in_place=False)
    options = ReadOptions(
        task=task, layout=_layout(task), mask=mask, clip_actions=clip_actions, success_reward=success_reward
    )
    found = load(source, options, skip_broken=skip_broken, leave_out=leave_out or ())
    discarded = [name for name, episode in found.episodes.items() if episode.outcome is Outcome.DISCARDED]
    left_out = (f"left out: {source}: {name} was discarded when it was recorded" for name in discarded)
    write(place, replace(without(found, discarded), remarks=(*found.remarks, *left_out)), as_json)


@data.command()
def export(
    source: Annotated[Path, typer.Argument(help="A file or folder of episodes.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write; it must be new.")],
    to: Annotated[str, typer.Option("--to", help="robomimic, d4rl, minari, lerobot or bag.")],
    leave_out: LeaveOutOption = None,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write episodes for other programs, and say what their format can't hold.

    robomimic: HDF5 for its SequenceDataset. d4rl: one flat HDF5 file. minari: a folder for minari.load_dataset.
    lerobot: a LeRobotDataset, version 3.0. bag: a bag of rosbag2 in MCAP for ros2 bag play, Foxglove and PlotJuggler.
    """
    from awac_ros.data.formats import writable_format

    kind = writable_format(to)
    found = load(source, skip_broken=skip_broken, leave_out=leave_out or ())
    if not found.episodes:
        raise AwacError(f"{source}: no episode would be left in it; nothing is written")
    lost = kind.cannot_hold(found)
    with writing(out):
        kind.write(out, found, track)
    if not as_json:
        remark(f"{out}: the format {to} can't hold {what}" for what in lost)
    written = found if kind.has_masks else replace(found, masks={})
    finish(out, written, as_json, format=to, lost=lost)


def _layout(task: str | None) -> Layout | None:
    """The layout of one of this package's own tasks."""
    from awac_ros.tasks.names import TASKS, make_task

    return make_task(task).layout if task in TASKS else None
