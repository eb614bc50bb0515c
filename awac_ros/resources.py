"""Where the files beside the code are: urdf/, config/ and launch/."""

from __future__ import annotations

from pathlib import Path

from awac_ros.errors import AwacError


def resource(relative: str) -> Path:
    """The path of a file such as "urdf/sawyer.urdf", in the source tree or as installed under share/awac_ros.

    Raises AwacError if it is in neither.
    """
    here = Path(__file__).resolve()
    for candidate in (here.parents[1] / relative, *(p / "share" / "awac_ros" / relative for p in here.parents)):
        if candidate.exists():
            return candidate
    raise AwacError(f"{relative} is missing from this installation of awac_ros; install it again with make setup")
