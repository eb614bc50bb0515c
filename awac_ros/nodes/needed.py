"""ROS packages of others that something here needs."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ament_index_python import PackageNotFoundError, get_package_prefix

from awac_ros.errors import AwacError


def require(packages: Sequence[str], purpose: str) -> None:
    """AwacError, which says what to install, unless all these ROS packages are there."""
    missing = [package for package in packages if not _is_there(package)]
    if missing:
        distribution = os.environ.get("ROS_DISTRO", "kilted")
        debian = " ".join(f"ros-{distribution}-{package.replace('_', '-')}" for package in missing)
        raise AwacError(f"{purpose} needs {', '.join(missing)}; install what is missing: sudo apt install {debian}")


def _is_there(package: str) -> bool:
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        return False
    return True
