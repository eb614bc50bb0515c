"""Episodes at a glance: their paths over the table, what was done, and what it was worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from awac_ros.data import Field, Layout, Outcome, Transitions
from awac_ros.data.atomic import atomic_replacement
from awac_ros.data.data_set import DataSet

COLORS = {
    Outcome.SUCCESS: "tab:green",
    Outcome.FAILURE: "tab:red",
    Outcome.DISCARDED: "tab:gray",
    Outcome.UNKNOWN: "tab:blue",
}
_LINES = 8
"""Entries of an action that can be told apart as lines; more are drawn as rows."""
_GOAL = "goal_"
"""How the names of goals begin; they stand still and are drawn as stars."""


def draw(data: DataSet, path: Path) -> None:
    """A picture of all episodes; it replaces `path`. Places are drawn where the layout has any: pairs in m."""
    places = [field for field in data.layout.observation if field.size == 2 and field.unit == "m"]
    figure = Figure(figsize=(13 if places else 9, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 3 if places else 2, width_ratios=(1.5, 1, 1) if places else None)
    if places:
        _paths(axes[0], data, places)
    _actions(axes[-2], data)
    _returns(axes[-1], data)
    figure.suptitle(f"{data.layout.task}: {len(data.episodes)} episodes, {len(data)} steps")
    with atomic_replacement(path) as temporary:
        figure.savefig(temporary, dpi=120, format="png")


def _paths(axes: Axes, data: DataSet, places: list[Field]) -> None:
    """The last thing that moves is what the task is about: its paths have the colours of the outcomes."""
    moving = [field for field in places if not field.name.startswith(_GOAL)]
    goals = [field for field in places if field.name.startswith(_GOAL)]
    alpha, faint = (float(np.clip(10 / len(data.episodes), least, 0.8)) for least in (0.15, 0.04))
    for episode in data.episodes.values():
        rows, color = episode.transitions, COLORS[episode.outcome]
        for field in moving[:-1]:
            axes.plot(*_path(data.layout, rows, field).T, color="0.6", lw=0.6, alpha=faint, zorder=1)
        path = _path(data.layout, rows, moving[-1])
        axes.plot(*path.T, color=color, lw=1.5, alpha=alpha, zorder=2)
        axes.plot(*path[0], "o", color=color, ms=3, alpha=alpha, zorder=3)
        for field in goals[-1:]:
            axes.plot(*_path(data.layout, rows, field)[-1], "*", color="black", ms=6, alpha=alpha, zorder=4)
    for label, style in (
        (f"{moving[-1].name}, from the dot on", {"color": "0.2", "lw": 1.5}),
        *((field.name, {"color": "0.6", "lw": 0.6}) for field in moving[:-1]),
        *((field.name, {"color": "black", "marker": "*", "ls": ""}) for field in goals[-1:]),
    ):
        axes.plot([], [], label=label, **style)
    axes.set(title="from above, the robot below", xlabel="y, m (base)", ylabel="x, m (base)", aspect="equal")
    axes.invert_xaxis()
    axes.grid(alpha=0.3)
    axes.figure.legend(*axes.get_legend_handles_labels(), fontsize="x-small", loc="outside lower left", ncols=3)


def _path(layout: Layout, rows: Transitions, field: Field) -> np.ndarray:
    """(N + 1, 2) m: y and x."""
    return np.concatenate((rows.observation, rows.next_observation[-1:]))[:, layout.slice(field.name)][:, ::-1]


def _actions(axes: Axes, data: DataSet) -> None:
    actions = np.concatenate([episode.transitions.action for episode in data.episodes.values()])
    names = [f"{field.name} {entry}" for field in data.layout.action for entry in range(field.size)]
    bins = np.linspace(-1.0, 1.0, 42)
    if len(names) <= _LINES:
        for column, name in zip(actions.T, names, strict=True):
            axes.hist(
                column, bins, histtype="step", label=name, alpha=0.8, weights=np.full(len(column), 1 / len(column))
            )
        axes.set_ylabel("share of steps")
        axes.legend(fontsize="x-small")
        axes.grid(alpha=0.3)
    else:
        shares = np.array([np.histogram(column, bins)[0] / len(column) for column in actions.T])
        mesh = axes.pcolormesh(bins, np.arange(len(names) + 1), shares, norm=PowerNorm(0.4), cmap="Blues")
        axes.figure.colorbar(mesh, ax=axes, label="share of steps")
        axes.set_ylabel("entry")
    axes.set(title="actions", xlabel="value", xticks=(-1.0, -0.5, 0.0, 0.5, 1.0))


def _returns(axes: Axes, data: DataSet) -> None:
    for outcome, color in COLORS.items():
        chosen = [(n, each.sum_of_rewards) for n, each in enumerate(data.episodes.values()) if each.outcome is outcome]
        if chosen:
            axes.plot(*zip(*chosen, strict=True), ".", color=color, label=f"{outcome.value} ({len(chosen)})")
    axes.set(title="sum of rewards", xlabel="episode")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="x-small")
