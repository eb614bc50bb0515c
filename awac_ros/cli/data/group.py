"""What the commands of `awac data` share: options, reading with a progress bar, and what they say at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from awac_ros.cli.application import app
from awac_ros.errors import AwacError

if TYPE_CHECKING:
    from awac_ros.data.data_set import DataSet
    from awac_ros.data.formats import ReadOptions

_ORDER = ("info", "check", "plot", "replay", "import", "export", "merge", "split", "trim", "relabel", "label")


class DataGroup(TyperGroup):
    """Commands in the order in which a person needs them."""

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)


data = typer.Typer(cls=DataGroup, no_args_is_help=True)
app.add_typer(data, name="data", help="Look at recorded episodes, change them, carry them to and from other formats.")

SourceArgument = Annotated[
    Path, typer.Argument(help="A file or folder of episodes in any format that awac data import reads.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
OutOption = Annotated[Path | None, typer.Option(help="The file of demonstrations to write; it must be new.")]
InPlaceOption = Annotated[bool, typer.Option("--in-place", help="Replace the file itself, whole or not at all.")]
SkipOption = Annotated[bool, typer.Option("--skip-broken", help="Leave out episodes that can't be used; else refuse.")]
LeaveOutOption = Annotated[
    list[str] | None, typer.Option(metavar="EPISODE", help="Without this episode; may be repeated.")
]


def load(
    path: Path,
    options: ReadOptions | None = None,
    *,
    skip_broken: bool = False,
    leave_out: Collection[str] = (),
) -> DataSet:
    """The episodes at `path`, without those to be left out, of which its remarks tell."""
    from dataclasses import replace

    from awac_ros.data import formats

    found = formats.read(path, options, track)
    for name in leave_out:
        if name not in found.episodes and name not in found.broken:
            raise AwacError(f"{path} has no episode {name!r} to leave out; awac data info lists them")
    wanted = without(found, leave_out)
    if not skip_broken:
        wanted.unbroken()
    left_out = (f"left out: {sentence}" for sentence in wanted.broken.values())
    return replace(wanted, remarks=(*wanted.remarks, *left_out))


def without(found: DataSet, names: Collection[str]) -> DataSet:
    """The data set without the episodes of these names."""
    from dataclasses import replace

    kept = found.with_episodes({name: each for name, each in found.episodes.items() if name not in names})
    return replace(kept, broken={name: why for name, why in found.broken.items() if name not in names})


def destination(source: Path, out: Path | None, in_place: bool) -> Path:
    """Where to write what was made of `source`; AwacError unless that is said and nothing else is lost by it."""
    from awac_ros.data import formats

    if (out is None) == (not in_place):
        raise AwacError("say where to write: --out with a new file, or --in-place")
    if out is not None:
        if out.exists():
            raise AwacError(f"{out} is there already; name a new file with --out, or remove it first")
        return out
    kind = formats.find_format(source)
    if kind.name != "demos":
        raise AwacError(f"{source} is of format {kind.name}, which can't be changed in place; write it with --out")
    if remarks := kind.read(source, formats.ReadOptions()).remarks:
        raise AwacError(f"{remarks[0]}; it would be lost in place, so write with --out")
    return source


def write(path: Path, made: DataSet, as_json: bool) -> None:
    """Write a file of demonstrations and say what is in it."""
    from awac_ros.data.data_set import write_demos

    if not made.episodes:
        raise AwacError(f"{path}: no episode would be left in it; nothing is written")
    write_demos(path, made, track)
    finish(path, made, as_json)


def finish(path: Path, made: DataSet, as_json: bool, **more: Any) -> None:
    """Say what was written, and the remarks."""
    outcomes = dict(sorted(Counter(episode.outcome.value for episode in made.episodes.values()).items()))
    if as_json:
        masks = {mask: len(names) for mask, names in made.masks.items()}
        about = {"written": str(path), "episodes": len(made.episodes), "steps": len(made)}
        about |= {"outcomes": outcomes, "masks": masks, "remarks": made.remarks, **more}
        typer.echo(json.dumps(about, indent=2))
        return
    remark(made.remarks)
    words = ", ".join(f"{count} {name}" for name, count in outcomes.items())
    typer.echo(f"{path}: {len(made.episodes)} episodes ({words}), {len(made)} steps")
    for mask, names in made.masks.items():
        typer.echo(f"  {mask}: {len(names)} episodes")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """AwacError, naming `path`, where the block can't write there."""
    try:
        yield
    except OSError as error:
        raise AwacError(f"{path}: it can't be written ({error}); check the free space and the access rights") from error


def remark(sentences: Iterable[str]) -> None:
    """Say something beside the result."""
    for sentence in sentences:
        typer.secho(sentence, fg=typer.colors.YELLOW, err=True)


def track(items: Iterable[Any], doing: str) -> Iterable[Any]:
    """Pass on the items with a progress bar on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import track as rich_track

    console = Console(stderr=True)
    total = len(items) if isinstance(items, Sequence | range) else None
    return rich_track(items, doing, total, console=console, transient=True, disable=not console.is_terminal)
