"""Exit with one sentence if this Python or machine can't carry the pinned packages or build the interfaces."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import sysconfig
from pathlib import Path


# Python 3.8 can read this file: it must be able to refuse an old one.
def problem() -> str | None:
    """What is missing and the way out, or None."""
    if sys.version_info < (3, 11):  # noqa: UP036
        return f"{sys.executable} is Python {platform.python_version()}; name one of 3.11 or newer: make PYTHON=..."
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return f"ROS 2's wheels are for Linux on x86_64, not {platform.platform()}; build with colcon on a ROS 2 there"
    if importlib.util.find_spec("ensurepip") is None:
        return "this Python can't make virtual environments; install its venv package (apt install python3-venv)"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "Python.h is missing, and awac_msgs is built against it; install it (apt install python3-dev)"
    if missing := [name for name in ("gcc", "g++") if shutil.which(name) is None]:
        return f"{' and '.join(missing)} not found, and awac_msgs is compiled; install it (apt install build-essential)"
    return None


if __name__ == "__main__":
    sys.exit(problem())
