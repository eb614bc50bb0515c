"""The packages that are installed, against those that awac_ros was tested with."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

from awac_ros.doctor.finding import Finding, judge

_PINS = Path(__file__).resolve().parents[2] / "requirements.txt"
_NAMED = 5


def check(folder: Path) -> Finding:
    """Is every pinned package here at its version? Only a checkout has the list of pins."""
    if not _PINS.exists():
        names = ("rclpy", "torch", "h5py", "pybullet", "pin")
        found = ", ".join(f"{name} {version(name) or 'is missing'}" for name in names)
        return judge(
            "packages",
            f"{found} (no list of pinned versions outside a checkout)",
            "install what is missing",
            breaks="missing" in found,
        )
    pins = read_pins(_PINS)
    missing = [name for name in pins if version(name) is None]
    other = [f"{name} is {version(name)}, not {pin}" for name, pin in pins.items() if version(name) not in (pin, None)]
    wrong = [*(f"{name} is missing" for name in missing), *other]
    more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    found = f"Python {sys.version.split()[0]}: {', '.join(wrong[:_NAMED]) or f'all {len(pins)} pinned packages'}{more}"
    return judge("packages", found, "make setup", breaks=bool(missing), hurts=bool(other))


def read_pins(requirements: Path) -> dict[str, str]:
    """name -> version of every line name==version."""
    lines = (line.partition("#")[0].strip() for line in requirements.read_text().splitlines())
    return dict(line.split("==") for line in lines if "==" in line)


def version(package: str) -> str | None:
    """The installed version without its build's name (2.13.0 of 2.13.0+cpu), or None."""
    try:
        return metadata.version(package).partition("+")[0]
    except metadata.PackageNotFoundError:
        return None
