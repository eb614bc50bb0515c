"""Small JSON files that are whole or absent, whenever the process is stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from awac_ros.data.atomic import atomic_write
from awac_ros.errors import AwacError


def write_json(path: Path, value: Any) -> None:
    """Put plain values in place of `path`; AwacError where that place can't be written."""
    atomic_write(path, (json.dumps(value, indent=2) + "\n").encode())


def read_json(path: Path) -> Any:
    """What `write_json` wrote; AwacError where the file is no JSON."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise AwacError(f"{path}: can't be read as JSON ({error}); delete it to make it anew") from error
