"""All promises, one after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from awac_ros.bench.form import Measure, plain
from awac_ros.data.json_file import read_json
from awac_ros.errors import AwacError
from awac_ros.soak.effort import Effort
from awac_ros.soak.promises import PROMISES, Promise


def soak(effort: Effort, seed: int, folder: Path, told: Callable[[str], None]) -> list[Measure]:
    """Try to break every promise; `folder`, new or empty, keeps what was found, and `told` hears how it goes."""
    if folder.exists() and any(folder.iterdir()):
        raise AwacError(f"{folder} is not empty; name a new folder with --out")
    measures: list[Measure] = []
    for promise in PROMISES:
        told(promise.sentence)
        place = folder / promise.name.replace(" ", "_")
        place.mkdir(parents=True)
        began = time.monotonic()
        found = promise.measure(effort, seed, place)
        found.append(plain("time", time.monotonic() - began, "s"))
        measures += [replace(measure, name=f"{promise.name}: {measure.name}") for measure in found]
    return measures


def report(form: Path) -> str:
    """The promises and the figures of one soak, as Markdown, from the form that it wrote."""
    values = read_json(form)
    machine = values["machine"]
    lines = [
        "# Reliability",
        "",
        "What this project promises about faults, load and hostile input, how each promise is tried, and the figures "
        "of the last soak. Made by `awac soak`, not by hand; the tests of each part try the same in small. "
        "The counts say how hard it tried: the full soak kills 680 writers and 280 nodes, damages 10,000 files and "
        "sends 100,000 messages; `--short` about a tenth of that.",
        "",
        f"Commit {values['commit']}, on {machine['processor']} ({machine['cores']} cores, {machine['system']}).",
    ]
    for promise in PROMISES:
        lines += ["", f"## {promise.name.capitalize()}", "", f"**{promise.sentence}**", "", promise.how, ""]
        lines += _table(promise, values["measures"])
    return "\n".join(lines) + "\n"


def _table(promise: Promise, measures: list[dict]) -> list[str]:
    lines = ["| what | found | asked | |", "|---|---|---|---|"]
    for row in measures:
        owner, _, name = row["name"].partition(": ")
        if owner == promise.name:
            value = "not measured" if row["value"] is None else f"{row['value']:,.6g} {row['unit']}"
            verdict = "" if row["target"] is None else "holds" if row["holds"] else "**fails**"
            lines.append(f"| {name} | {value} | {row['target'] or ''} | {verdict} |")
    return lines
