"""awac bench"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from awac_ros.cli.application import bench

if TYPE_CHECKING:
    from awac_ros.bench.form import Measure

JsonOption = Annotated[Path | None, typer.Option(help="Write commit, machine and measures to this file as well.")]


@bench.command()
def actor(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long the control rate is watched.")] = 10.0,
    json: JsonOption = None,
) -> None:
    """The control rate at real time while the learner trains beside it, and how soon new weights act.

    Targets: the control period within 1 % of 100 ms at p99; less than 150 ms from weights' publication to the first
    action with them.
    """
    from awac_ros.bench.actor import measure

    _finish(lambda: measure(minutes), json)


@bench.command()
def sim(json: JsonOption = None) -> None:
    """Steps a second in simulation: the plain environment (target 800) and through the ROS graph in lockstep (150)."""
    from awac_ros.bench.sim import measure

    _finish(measure, json)


@bench.command()
def buffer(
    transitions: Annotated[int, typer.Option(min=1, help="How many are stored and pulled.")] = 5_000_000,
    json: JsonOption = None,
) -> None:
    """Transitions a second that the store commits to disk (target 5,000), and how fast the learner can pull them.

    Targets of pulling: 100 MB/s, and 5 ms for one reply at p50. The buffer's memory stays as it is meanwhile.
    """
    from awac_ros.bench.buffer import measure

    _finish(lambda: measure(transitions), json)


@bench.command()
def learner(
    peer: Annotated[
        Path | None, typer.Option(help="The Python of an environment with d3rlpy, to be timed in the same run.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Gradient updates a second, minibatches included, and what share of the machine's matrix products that is.

    Target: at the size of the hands' tasks at least 80 % of the products' own rate. With --peer: 1.4 to 2 times
    d3rlpy's updates, by size and threads.
    """
    from awac_ros.bench.learner import measure

    _finish(lambda: measure(peer), json)


@bench.command()
def replay(json: JsonOption = None) -> None:
    """The replay at 5 million transitions: memory (at most 1.2 times the raw numbers), drawing, and adding (1 ms)."""
    from awac_ros.bench.replay import measure

    _finish(measure, json)


@bench.command()
def teleop(json: JsonOption = None) -> None:
    """From a key in a headless Chromium to the command on teleop/twist, 300 times (target at p99: 30 ms)."""
    from awac_ros.bench.teleop import measure

    _finish(measure, json)


@bench.command()
def teleop_keyboard(json: JsonOption = None) -> None:
    """From a key in the terminal of `awac teleop keyboard` to the twist that the actor hears (p99 target 30 ms)."""
    from awac_ros.bench.teleop_keyboard import measure

    _finish(measure, json)


@bench.command()
def safety(
    commands: Annotated[int, typer.Option(min=1, help="How many adversarial commands.")] = 1_000_000,
    json: JsonOption = None,
) -> None:
    """Adversarial commands through the safety layer: no limit violated, no NaN sent; stops; cost (1 ms at p99)."""
    from awac_ros.bench.safety import measure

    _finish(lambda: measure(commands), json)


def _finish(measure: Callable[[], Sequence[Measure]], json: Path | None) -> None:
    """Print the measures, write them, and exit 1 where one does not hold its target."""
    from awac_ros.bench.form import all_hold, table, write

    measures = measure()
    typer.echo(table(measures))
    if json is not None:
        write(json, measures)
    if not all_hold(measures):
        raise typer.Exit(1)
