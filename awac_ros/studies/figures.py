"""curves.png: every variant's mean over its seeds, and the band between the least and the greatest."""

from __future__ import annotations

from pathlib import Path
from statistics import mean
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from awac_ros.studies.rows import Row
from awac_ros.studies.study import Study

Seeds = dict[int, list[Row]]


def draw(study: Study, curves: dict[str, Seeds], path: Path) -> None:
    """Offline training on the left, the environment's steps on the right; the picture replaces `path`."""
    chart = Figure(figsize=(10, 4.5), layout="constrained")
    FigureCanvasAgg(chart)
    offline, online = chart.subplots(1, 2, sharey=True, width_ratios=(1, 1.6))
    for number, variant in enumerate(study.variants):
        if seeds := curves.get(variant.name):
            color = f"C{number}"
            if variant.offline_updates:
                _curve(offline, _points(study, seeds, "updates"), color, variant.name)
            points = _points(study, seeds, "env_steps")
            if not variant.online:
                points = dict.fromkeys((0, study.env_steps), points[0])
            _curve(online, points, color, variant.name)
    for style, published in zip(("k--", "k:", "k-."), study.published, strict=False):
        steps, values = zip(*published.points, strict=True)
        if steps[0] <= study.env_steps:
            online.plot(steps, values, f"{style}o", markersize=4, lw=1, label=published.label)
    online.set(xlabel="environment steps", title="online", xlim=(0, 1.02 * study.env_steps))
    offline.set(xlabel="updates", title="offline", ylabel=study.headline.replace("_", " "))
    for axes in (offline, online):
        axes.grid(alpha=0.3)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    if study.headline != "mean_return":
        offline.set_ylim(-0.03, 1.03)
    online.legend(fontsize="small")
    chart.suptitle(study.title)
    chart.savefig(path, dpi=120, format="png")


def _points(study: Study, seeds: Seeds, counter: Literal["updates", "env_steps"]) -> dict[int, list[float]]:
    """updates, offline, or env_steps -> the headline of the seeds; `env_steps` 0 is the end of offline training."""
    points: dict[int, list[float]] = {}
    for rows in seeds.values():
        chosen = [row for row in rows if counter == "env_steps" or row.env_steps == 0]
        for steps, row in {getattr(row, counter): row for row in chosen}.items():
            points.setdefault(steps, []).append(getattr(row, study.headline))
    return dict(sorted(points.items()))


def _curve(axes: Axes, points: dict[int, list[float]], color: str, label: str) -> None:
    steps = list(points)
    axes.plot(steps, [mean(values) for values in points.values()], color=color, label=label)
    low, high = ([bound(values) for values in points.values()] for bound in (min, max))
    axes.fill_between(steps, low, high, color=color, alpha=0.2, lw=0)
    if len(steps) == 1:  # which neither a line nor a band would show
        axes.plot(steps, [mean(*points.values())], "o", color=color)
        axes.vlines(steps, low, high, color=color, alpha=0.4)
