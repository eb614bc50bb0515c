"""The results of a study: results.csv with every evaluation, results.md with a table, curves.png."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from statistics import mean

from awac_ros.data.atomic import atomic_replacement, atomic_write
from awac_ros.studies import figures
from awac_ros.studies.folder import StudyFolder
from awac_ros.studies.rows import Row
from awac_ros.studies.study import Metric, Study

Curves = dict[str, dict[int, list[Row]]]
"""variant -> seed -> its evaluations in order, wherever there is one."""

COLUMNS = {"offline": "before online", "lowest": "lowest online", "last": "last online", "best": "best online"}
"""What a table and a goal can ask for -> its title."""


def read_curves(study: Study, folder: StudyFolder) -> Curves:
    """All evaluations that there are."""
    curves = {
        variant.name: {seed: rows for seed, place in folder.seeds(variant.name).items() if (rows := place.rows())}
        for variant in study.variants
    }
    return {variant: seeds for variant, seeds in curves.items() if seeds}


def pick(rows: Sequence[Row], metric: Metric, column: str | int) -> float | None:
    """One seed's value in a column, or after so many environment steps; None where it was not evaluated there.

    `offline` is the last evaluation before the first environment step; the other columns look at those after it.
    """
    if isinstance(column, int):
        found = [getattr(row, metric) for row in rows if row.env_steps == column]
        return found[-1] if found else None
    found = [getattr(row, metric) for row in rows if (row.env_steps == 0) == (column == "offline")]
    if not found:
        return None
    return {"offline": found[-1], "lowest": min(found), "last": found[-1], "best": max(found)}[column]


def over_seeds(seeds: dict[int, list[Row]], metric: Metric, column: str | int) -> list[float]:
    """The column's value of every seed that has one."""
    return [value for rows in seeds.values() if (value := pick(rows, metric, column)) is not None]


def figure(value: float, metric: Metric) -> str:
    """A value as people read it."""
    return f"{value:,.0f}" if metric == "mean_return" else f"{100 * value:.0f} %"


def kept(rows: Sequence[Row], study: Study, within: float) -> float:
    """One seed's lowest evaluation in the first `within` of the online phase, as a share of its last offline one.

    The first online evaluation counts however late it is.
    """
    before = pick(rows, study.headline, "offline")
    first, *others = (row for row in rows if row.env_steps)
    early = [first, *(row for row in others if row.env_steps <= within * study.env_steps)]
    lowest = min(getattr(row, study.headline) for row in early)
    return 1.0 + (lowest - before) / abs(before)


def goal_lines(study: Study, folder: StudyFolder, curves: Curves) -> list[str]:
    """Each goal in words, and whether it holds; no answer before every seed of its variant is finished."""

    def verdict(variant: str, holds: Callable[[dict[int, list[Row]]], bool]) -> str:
        seeds = curves.get(variant, {})
        if len(seeds) < study.seeds or not all(folder.seed(variant, seed).finished for seed in seeds):
            return "not finished"
        return "holds" if holds(seeds) else "fails"

    lines = []
    for goal in study.goals:
        reached = verdict(
            goal.variant,
            lambda seeds, goal=goal: mean(over_seeds(seeds, study.headline, goal.at)) >= goal.least,
        )
        lines.append(f"{goal.variant}, {COLUMNS[goal.at]}, at least {figure(goal.least, study.headline)}: {reached}")
    for goal in study.no_dips:
        reached = verdict(
            goal.variant,
            lambda seeds, goal=goal: all(kept(rows, study, goal.within) >= goal.kept for rows in seeds.values()),
        )
        lines.append(
            f"{goal.variant}, every seed, in the first {goal.within:.0%} of the online steps never less than "
            f"{goal.kept:.0%} of before: {reached}"
        )
    return lines


def summary(study: Study, folder: StudyFolder) -> str:
    """The goals, a line each, for whoever watched."""
    return "\n".join(goal_lines(study, folder, read_curves(study, folder))) or "This study has no goals."


def write(study: Study, folder: StudyFolder) -> bool:
    """Write the three files from what there is; False, and no file, where nothing was evaluated yet."""
    curves = read_curves(study, folder)
    if not curves:
        return False
    atomic_write(folder.table, _table(curves).encode())
    atomic_write(folder.results, _markdown(study, folder, curves).encode())
    with atomic_replacement(folder.curves) as partial:
        figures.draw(study, curves, partial)
    return True


def _table(curves: Curves) -> str:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, ["variant", "seed", *(field.name for field in fields(Row))], lineterminator="\n")
    table.writeheader()
    for variant, seeds in curves.items():
        for seed, rows in seeds.items():
            table.writerows({"variant": variant, "seed": seed, **asdict(row)} for row in rows)
    return text.getvalue()


def _markdown(study: Study, folder: StudyFolder, curves: Curves) -> str:
    between, total = study.evaluation_steps, study.env_steps
    on_the_way = sorted({max(1, round(total * share / between)) * between for share in (0.25, 0.5, 0.75)} - {total})
    columns = {"offline": COLUMNS["offline"], **{steps: f"at {steps:,}" for steps in on_the_way if steps < total}}
    columns |= {name: title for name, title in COLUMNS.items() if name != "offline"}
    lines = [
        f"# {study.title}",
        "",
        f"{study.env_id}; {study.headline.replace('_', ' ')} of {study.evaluation_episodes} episodes without noise: "
        f"mean over the seeds, and from the least to the greatest. {total:,} environment steps.",
        "",
        "| variant | seeds finished | " + " | ".join(columns.values()) + " |",
        "|---" * (len(columns) + 2) + "|",
    ]
    for variant, seeds in curves.items():
        finished = sum(folder.seed(variant, seed).finished for seed in seeds)
        cells = [_cell(over_seeds(seeds, study.headline, column), study.headline) for column in columns]
        lines.append(f"| {variant} | {finished} of {study.seeds} | " + " | ".join(cells) + " |")
    lines += ["", "![curves](curves.png)", ""]
    if goals := goal_lines(study, folder, curves):
        lines += ["## Goals", "", *(f"- {line}" for line in goals), ""]
    return "\n".join(lines)


def _cell(values: Sequence[float], metric: Metric) -> str:
    if not values:
        return "-"
    if len(values) == 1:
        return figure(values[0], metric)
    return f"{figure(mean(values), metric)} ({figure(min(values), metric)} to {figure(max(values), metric)})"
