"""awac data info, awac data check"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from awac_ros.cli.data.group import JsonOption, data, track

if TYPE_CHECKING:
    from awac_ros.data.data_set import DataSet
    from awac_ros.data.survey import Spread, Survey

FilesArgument = Annotated[list[Path], typer.Argument(help="Files or folders of episodes.")]


@data.command()
def info(
    files: FilesArgument,
    episodes: Annotated[bool, typer.Option("--episodes", help="List every episode.")] = False,
    as_json: JsonOption = False,
) -> None:
    """What is in files of episodes: task, layout, lengths, rewards, outcomes, masks, and what is odd about them.

    A file is a file of demonstrations, one in robomimic's or D4RL's layout, a buffer's store, a run's folder, or
    whatever else awac data import reads.
    """
    surveys = [one for _, one in _surveys(files)]
    if as_json:
        typer.echo(json.dumps([one.to_dict() for one in surveys], indent=2))
        return
    for one in surveys:
        _print(one, episodes)


@data.command()
def check(files: FilesArgument, as_json: JsonOption = False) -> None:
    """Whether a learner can use these files, each and together; exit code 1 where it can't.

    Problems are episodes that are damaged, have holes, go back in time or are there twice, and files of different
    tasks or reward rules. Warnings are what a person should look at.
    """
    from awac_ros.data.survey import disagreements

    found = _surveys(files)
    between = disagreements([each for each, _ in found])
    problems = [*(problem for _, one in found for problem in one.problems), *between]
    warnings = [warning for _, one in found for warning in one.warnings]
    if as_json:
        about = {"holds": not problems, "problems": problems, "warnings": warnings}
        typer.echo(json.dumps({"files": [str(path) for path in files], **about}, indent=2))
    else:
        for sentences, color in ((problems, typer.colors.RED), (warnings, typer.colors.YELLOW)):
            for sentence in sentences:
                typer.secho(sentence, fg=color)
        count = sum(len(each.episodes) for each, _ in found)
        typer.echo(f"{count} episodes can be used; {len(problems)} problems, {len(warnings)} warnings")
    if problems:
        raise typer.Exit(1)


def _surveys(files: list[Path]) -> list[tuple[DataSet, Survey]]:
    from awac_ros.data import formats
    from awac_ros.data.survey import survey

    found = []
    for path in dict.fromkeys(files):
        kind = formats.find_format(path)
        each = kind.read(path, formats.ReadOptions(clip_actions=True), track)
        found.append((each, survey(kind.name, each)))
    return found


def _print(one: Survey, with_episodes: bool) -> None:
    typer.secho(f"{one.file} ({one.format})", bold=True)
    period = f"{one.control_period:g} s a step" if one.control_period != 1.0 else "no clock"
    fields = ", ".join(f"{name} {size}" for name, size in one.observation.items())
    lines = {
        "task": f"{one.task}, layout {one.layout_hash}, {period}",
        "observation": fields,
        "action": ", ".join(f"{name} {size}" for name, size in one.action.items()),
        "episodes": ", ".join(f"{count} {outcome}" for outcome, count in one.outcomes.items()) or "none",
        "steps": f"{one.steps}{_spread(one.length, ' an episode')}",
        "rewards": f"by the rule {one.reward_rule}{_spread(one.sum_of_rewards, ' in sum an episode')}",
    }
    if one.intervened:
        lines["people"] = f"acted in {one.intervened:.0%} of the steps"
    if one.policy_versions:
        lines["policy"] = f"{one.policy_versions} versions acted"
    if one.masks:
        lines["masks"] = ", ".join(f"{mask} {count}" for mask, count in one.masks.items())
    for name, words in lines.items():
        typer.echo(f"  {name:<12} {words}")
    for sentences, color in ((one.problems, typer.colors.RED), (one.warnings, typer.colors.YELLOW)):
        for sentence in sentences:
            typer.secho(f"  {sentence}", fg=color)
    if with_episodes:
        for each in one.episodes:
            typer.echo(
                f"  {each['name']:<20} {each['steps']:>5} steps  sum {each['sum_of_rewards']:>10.3f}  "
                f"{each['outcome']:<9}  {each['ended']}"
            )


def _spread(spread: Spread | None, what: str) -> str:
    if spread is None:
        return ""
    return f", {spread.least:g} to {spread.greatest:g}{what}, {spread.mean:.4g} in the mean"
