"""What ran, and on what: the two facts that every report carries."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def commit() -> str:
    """The git commit of the checkout that the package or the shell is in, with "-dirty" where tracked files differ.

    "unknown" where neither is in a checkout of this project.
    """
    for folder in (PACKAGE, Path.cwd()):
        top = _git(folder, "rev-parse", "--show-toplevel")
        if top is not None and (Path(top) / "awac_ros").is_dir() and (head := _git(folder, "rev-parse", "HEAD")):
            return f"{head}-dirty" if _git(folder, "status", "--porcelain", "--untracked-files=no") else head
    return "unknown"


def machine() -> dict[str, str | int | float]:
    """The machine in a few words: processor, cores this process may use, memory, system, versions."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: _version(name) for name in ("torch", "pybullet", "rclpy")},
    }


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says in the folder, or None where it can't say anything."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"
