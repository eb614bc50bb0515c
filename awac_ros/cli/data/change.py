"""awac data merge, split, trim, relabel, label: each writes a file of demonstrations"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from awac_ros.cli.data.group import (
    InPlaceOption,
    JsonOption,
    LeaveOutOption,
    OutOption,
    SkipOption,
    SourceArgument,
    data,
    destination,
    load,
    track,
    without,
    write,
)
from awac_ros.errors import AwacError

if TYPE_CHECKING:
    from awac_ros.tasks.relabel import Goal


@data.command()
def merge(
    sources: Annotated[list[Path], typer.Argument(help="Files or folders of episodes, of one task.")],
    out: Annotated[Path, typer.Option(help="The file of demonstrations to write; it must be new.")],
    leave_out: Annotated[
        list[str] | None, typer.Option(metavar="FILE: EPISODE", help="Without this episode; may be repeated.")
    ] = None,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put the episodes of several sources into one file; an episode that comes twice is kept once."""
    from awac_ros.data import edit

    place = destination(sources[0], out, in_place=False)
    parts = [load(path, skip_broken=skip_broken) for path in dict.fromkeys(sources)]
    unwanted = set(leave_out or ())
    for name in unwanted - {f"{part.source}: {each}" for part in parts for each in part.episodes}:
        raise AwacError(f"there is no episode {name!r} to leave out; name it as <file>: <episode>")
    parts = [without(part, [name for name in part.episodes if f"{part.source}: {name}" in unwanted]) for part in parts]
    write(place, edit.merge(parts), as_json)


@data.command()
def split(
    source: SourceArgument,
    out: OutOption = None,
    in_place: InPlaceOption = False,
    train: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of the episodes in the mask train.")] = 0.9,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw.")] = 0,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Mark each episode as one for training or validation, in masks that robomimic reads too.

    Both get successes and failures in their share.
    """
    from awac_ros.data import edit

    place = destination(source, out, in_place)
    write(place, edit.split(load(source, skip_broken=skip_broken), train, seed), as_json)


@data.command()
def trim(
    source: SourceArgument,
    out: OutOption = None,
    in_place: InPlaceOption = False,
    first: Annotated[int, typer.Option(min=0, help="Leave out so many steps at the beginning.")] = 0,
    last: Annotated[int, typer.Option(min=0, help="Leave out so many steps at the end.")] = 0,
    idle: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Leave out steps at both ends whose action stays below this.")
    ] = 0.0,
    leave_out: LeaveOutOption = None,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Cut the beginning and the end of every episode, and leave out whole episodes by name.

    A trimmed episode ends with a cut, never with the termination that it no longer reaches.
    """
    from awac_ros.data import edit

    place = destination(source, out, in_place)
    found = load(source, skip_broken=skip_broken, leave_out=leave_out or ())
    write(place, edit.trim(found, first, last, idle), as_json)


@data.command()
def relabel(
    source: SourceArgument,
    out: OutOption = None,
    in_place: InPlaceOption = False,
    reward: Annotated[
        Literal["task", "sparse", "person"],
        typer.Option(
            help="The task's own; -1 a step and 0 where it sees a success; or -1 a step and 0 for the one at which a "
            "person said success, which ends the episode."
        ),
    ] = "task",
    goal: Annotated[
        str | None,
        typer.Option(
            metavar="achieved|X,Y,...",
            help="Another goal for every episode: what it achieved at its end (hindsight), or these numbers.",
        ),
    ] = None,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compute the rewards anew, by the task or by the labels, and under another goal if one is given.

    By the labels (--reward person) data of any task can be taken, if every episode has one. The goal stands in every
    observation and is replaced there; an episode under another goal counts as another episode, so that it can be merged
    with what it came from.
    """
    from awac_ros.data import edit
    from awac_ros.tasks import task_of
    from awac_ros.tasks.relabel import relabel as relabelled

    place = destination(source, out, in_place)
    wanted = _goal(goal)
    found = load(source, skip_broken=skip_broken)
    if reward == "person" and wanted is None and edit.is_labelled(found):
        made = edit.reward_labels(found)
    else:
        task = task_of(found.layout, str(source))
        items = track(list(found.episodes.items()), f"relabelling {source}")
        episodes = {name: relabelled(task, episode, reward, wanted) for name, episode in items}
        made = replace(found.with_episodes(episodes), rule=reward)
    write(place, made, as_json)


@data.command()
def label(
    source: SourceArgument,
    episodes: Annotated[list[str], typer.Argument(metavar="EPISODE...", help="Names that awac data info lists.")],
    outcome: Annotated[Literal["success", "failure"], typer.Option(help="What the episodes were.")],
    out: OutOption = None,
    in_place: InPlaceOption = False,
    skip_broken: SkipOption = False,
    as_json: JsonOption = False,
) -> None:
    """Correct what was said of episodes: a success or a failure.

    Rewards by the rule sparse or person are made to agree, as awac data relabel gives them: a success ends with 0, a
    failure is -1 all along. Rewards that measure something else, such as a distance, stay.
    """
    from awac_ros.data import Outcome, edit

    place = destination(source, out, in_place)
    found = load(source, skip_broken=skip_broken)
    write(place, edit.correct(found, episodes, Outcome(outcome)), as_json)


def _goal(text: str | None) -> Goal:
    import numpy as np

    if text is None or text == "achieved":
        return text
    try:
        return np.array([float(part) for part in text.split(",")], np.float32)
    except ValueError as error:
        raise AwacError(f"--goal {text!r} is neither 'achieved' nor numbers with commas between them") from error
