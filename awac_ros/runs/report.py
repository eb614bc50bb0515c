"""The report of a pushing run: report.json for programs, report.md for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from awac_ros.bench.form import Measure, at_least, at_most, form
from awac_ros.envs.evaluate import Evaluation
from awac_ros.errors import AwacError
from awac_ros.runs.evaluations import Judged, mean
from awac_ros.runs.settings import PushingSettings

LAST_EVALUATIONS = 3
"""The online result is the mean of so many evaluations at the end."""


@dataclass(frozen=True)
class TransitionCounts:
    """The same number three times, where nothing was lost or doubled."""

    acted: int
    """Transitions that the actors made, over all their starts."""
    stored: int
    """Transitions in the store."""
    trained: int
    """Transitions that the learner pulled and trained on."""
    repeated_keys: int
    """Transitions in the store, or at the learner, whose key another one has."""
    without_version: int
    """Transitions in the store that don't say which weights chose the action."""


def build(
    settings: PushingSettings,
    prior_data: dict[str, Evaluation],
    evaluations: Sequence[Judged],
    transitions: TransitionCounts,
    seconds: dict[str, float],
) -> dict[str, Any]:
    """report.json; the evaluations must hold at least one offline and one online policy.

    `online` is the mean of the last three online evaluations, `offline` the policy that online training began with.
    """
    offline = [one for one in evaluations if one.env_steps == 0]
    online = [one for one in evaluations if one.env_steps > 0]
    if not offline or not online:
        raise AwacError("the report needs an evaluation before and one after online training; run awac pushing again")
    total = sum(seconds.values())
    report = {
        "seed": settings.seed,
        "prior": settings.prior,
        "settings": settings.to_dict(),
        "prior_data": {name: asdict(data) for name, data in prior_data.items()},
        "offline": {
            **mean(offline[-1:]),
            "updates": offline[-1].updates,
            "evaluations": [asdict(one) for one in offline],
        },
        "online": {
            **mean(online[-LAST_EVALUATIONS:]),
            "env_steps": online[-1].env_steps,
            "updates": online[-1].updates - offline[-1].updates,
            "evaluations": [asdict(one) for one in online],
        },
        "transitions": asdict(transitions),
        "seconds": {**{name: round(value, 1) for name, value in seconds.items()}, "total": round(total, 1)},
    }
    measures = _measures(settings, report)
    return {**report, **form(measures), "holds": all(measure.holds for measure in measures)}


def _measures(settings: PushingSettings, report: dict[str, Any]) -> list[Measure]:
    counts = report["transitions"]
    measures = [
        at_least("online final success", report["online"]["final_success"], "share", 0.95),
        at_most("online steps", report["online"]["env_steps"], "steps", settings.default_env_steps(settings.prior)),
        at_most("difference of acted and stored", abs(counts["acted"] - counts["stored"]), "transitions", 0),
        at_most("difference of stored and trained on", abs(counts["stored"] - counts["trained"]), "transitions", 0),
        at_most("repeated keys", counts["repeated_keys"], "transitions", 0),
        at_most("without the version that chose the action", counts["without_version"], "transitions", 0),
    ]
    if settings.prior == "random":
        return [at_least("offline final success", report["offline"]["final_success"], "share", 0.60), *measures]
    return [*measures, at_most("whole run", report["seconds"]["total"], "s", 600)]


def markdown(report: dict[str, Any]) -> str:
    """report.md, from report.json's values."""
    offline, online = report["offline"], report["online"]
    last = min(LAST_EVALUATIONS, len(online["evaluations"]))
    lines = [
        "# Pushing, from prior data to the trained policy",
        "",
        f"Seed {report['seed']}, prior data: {report['prior']}. Success: the puck's centre within 6 cm of its goal "
        'at the end of the episode; "at any time" counts an episode that passed the goal.',
        "",
        "| | episodes | success at the end | at any time | distance at the end |",
        "|---|---|---|---|---|",
        *(_line(f"data: {name}", data) for name, data in report["prior_data"].items()),
        _line(f"after {offline['updates']:,} offline updates", offline),
        _line(f"after {online['env_steps']:,} online steps (mean of the last {last} evaluations)", online),
        "",
        "![curves](curves.png)",
        "",
        "![the scene](scene.png)",
        "",
        "## Targets",
        "",
        "| measure | value | target | |",
        "|---|---|---|---|",
        *(
            f"| {m['name']} | {_figure(m['value'])} {m['unit']} | {m['target']} | {_verdict(m['holds'])} |"
            for m in report["measures"]
        ),
        "",
        "## Evaluations",
        "",
        "| policy | online steps | updates | episodes | success at the end | at any time | distance at the end |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {e['policy']} | {e['env_steps']:,} | {e['updates']:,} | {e['episodes']} | {e['final_success']:.0%} "
            f"| {e['any_success']:.0%} | {100 * e['final_distance']:.1f} cm |"
            for e in (*offline["evaluations"], *online["evaluations"])
        ),
        "",
        "## Time",
        "",
        "| phase | seconds |",
        "|---|---|",
        *(f"| {name} | {value:.0f} |" for name, value in report["seconds"].items()),
        "",
        f"Transitions: {report['transitions']['acted']:,} acted, {report['transitions']['stored']:,} stored, "
        f"{report['transitions']['trained']:,} trained on. Commit {report['commit']}. "
        f"{report['machine']['processor']}, {report['machine']['cores']} cores.",
        "",
    ]
    return "\n".join(lines)


def _line(name: str, row: dict[str, Any]) -> str:
    return (
        f"| {name} | {row['episodes']} | {row['final_success']:.0%} | {row['any_success']:.0%} "
        f"| {100 * row['final_distance']:.1f} cm |"
    )


def summary(report: dict[str, Any]) -> str:
    """Two lines for whoever watched."""
    offline, online = report["offline"], report["online"]
    failed = [m["name"] for m in report["measures"] if not m["holds"]]
    return (
        f"The puck ends at its goal in {offline['final_success']:.0%} of the episodes after offline training, and in "
        f"{online['final_success']:.0%} after {online['env_steps']:,} steps online.\n"
        + (f"Below target: {', '.join(failed)}." if failed else "Every target holds.")
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.4g}"


def _verdict(holds: bool) -> str:
    return "holds" if holds else "**fails**"
