"""The graphics processor, which nothing here needs."""

from __future__ import annotations

from pathlib import Path

from awac_ros.doctor.finding import Finding, Level


def check(folder: Path) -> Finding:
    """Is there one? Networks of this size train faster on the processor, and do so everywhere."""
    found = sorted(path.name for path in Path("/dev").glob("nvidia[0-9]*"))
    words = f"{len(found)} NVIDIA device(s)" if found else "no NVIDIA device"
    return Finding("GPU", Level.GOOD, f"{words}; none is needed: the learner and the simulation run on the processor")
