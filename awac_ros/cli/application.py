"""The `awac` command: its groups, and what becomes of an error."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

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

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AwacError as error:
            typer.secho(str(error), fg=typer.colors.RED, err=True)
            raise typer.Exit(2) from error


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
