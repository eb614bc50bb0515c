"""The `awac` command: its groups, and what becomes of an error."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from awac_ros.errors import AwacError
from awac_ros.nodes import middleware

middleware.settle()

ORDER = (
    "pushing",
    "collect",
    "random",
    "train",
    "eval",
    "film",
    "data",
    "study",
    "up",
    "teleop",
    "teach-box",
    "doctor",
    "rehearse",
    "soak",
    "bench",
)


class AwacGroup(TyperGroup):
    """Commands in the order of a newcomer's day; an AwacError is one red sentence on stderr and exit code 2."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        _join_lines(self)

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AwacError as error:
            typer.secho(str(error), fg=typer.colors.RED, err=True)
            raise typer.Exit(2) from error


def _join_lines(command: TyperCommand | TyperGroup) -> None:
    """Make each paragraph of a command's help one line, which the terminal breaks at its own width."""
    if command.help:
        command.help = "\n\n".join(" ".join(each.split()) for each in cleandoc(command.help).split("\n\n"))
    for each in command.commands.values() if isinstance(command, TyperGroup) else ():
        _join_lines(each)


app = typer.Typer(
    cls=AwacGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="AWAC on a robot arm under ROS 2: demonstrations, offline training, and fine-tuning on the arm itself. "
    "Begin with: awac pushing.",
)
bench = typer.Typer(no_args_is_help=True)
app.add_typer(bench, name="bench", help="Measure against the project's targets; exit code 1 where one fails.")
