"""curves.png: the policy's success and distance, through offline and online training, beside the data's levels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

LEVEL_STYLES = {"demos": ("tab:green", "the operator"), "random": ("tab:red", "random data")}


def curves(report: dict[str, Any], path: Path) -> None:
    """Draw report.json's evaluations; the picture replaces `path`."""
    figure = Figure(figsize=(10, 6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 2, sharey="row", sharex="col", width_ratios=(1, 1.4))
    stages = (("offline", "updates", "offline updates"), ("online", "env_steps", "online control steps"))
    for column, (stage, counter, label) in enumerate(stages):
        rows = report[stage]["evaluations"]
        if stage == "online":
            rows = [{**report["offline"]["evaluations"][-1], counter: 0}, *rows]
        steps = [row[counter] for row in rows]
        success, distance = axes[0][column], axes[1][column]
        success.plot(steps, [100 * row["final_success"] for row in rows], "o-", color="tab:blue", label="at the end")
        success.plot(steps, [100 * row["any_success"] for row in rows], "o:", color="tab:gray", label="at any time")
        distance.plot(steps, [100 * row["final_distance"] for row in rows], "o-", color="tab:blue", label="policy")
        for name, data in report["prior_data"].items():
            color, words = LEVEL_STYLES[name]
            success.axhline(100 * data["final_success"], ls="--", lw=1, color=color, label=words)
            distance.axhline(100 * data["final_distance"], ls="--", lw=1, color=color, label=words)
        success.set(title=label.split()[0], ylim=(-3, 103))
        distance.set(xlabel=label, ylim=(0, None))
        for axis in (success, distance):
            axis.grid(alpha=0.3)
            axis.xaxis.set_major_locator(MaxNLocator(6))
            axis.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes[0][0].set_ylabel("success, %")
    axes[1][0].set_ylabel("puck to goal at the end, cm")
    axes[0][1].legend(loc="lower right", fontsize="small")
    axes[1][1].legend(loc="upper right", fontsize="small")
    figure.suptitle(f"Pushing with prior data: {report['prior']} (seed {report['seed']})")
    figure.savefig(path, dpi=120, format="png")
