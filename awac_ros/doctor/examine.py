"""All checks, one after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from awac_ros.bench.machine import commit, machine
from awac_ros.data.json_file import write_json
from awac_ros.doctor import (
    clock,
    discovery,
    disk,
    gpu,
    multicast,
    network_buffers,
    packages,
    ports,
    real_time,
)
from awac_ros.doctor.finding import Finding

Check = Callable[[Path], Finding | list[Finding]]
"""Looks at one thing; the path is the folder of the runs."""

CHECKS: tuple[Check, ...] = tuple(
    module.check
    for module in (
        packages,
        real_time,
        clock,
        disk,
        ports,
        discovery,
        multicast,
        network_buffers,
        gpu,
    )
)


def examine(folder: Path) -> list[Finding]:
    """What every check finds."""
    findings: list[Finding] = []
    for check in CHECKS:
        found = check(folder)
        findings += [found] if isinstance(found, Finding) else found
    return findings


def write(path: Path, findings: list[Finding]) -> None:
    """{"commit", "machine", "findings": [{"subject", "level", "found", "mend"}]} as JSON."""
    rows = [{**asdict(finding), "level": finding.level.value} for finding in findings]
    write_json(path, {"commit": commit(), "machine": machine(), "findings": rows})
