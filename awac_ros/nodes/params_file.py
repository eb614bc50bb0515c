"""ROS parameter files that differ from another one in a few values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from awac_ros.data.atomic import atomic_write
from awac_ros.errors import AwacError


def write_changed(path: Path, source: Path, node: str, values: dict[str, Any]) -> None:
    """Write `source` to `path` with these parameters of the node `node`; AwacError where `source` can't be used."""
    try:
        parameters = yaml.safe_load(source.read_text())
        parameters[f"/**/{node}"]["ros__parameters"] |= values
    except OSError as error:
        raise AwacError(f"{source} can't be read ({error.strerror}); name a ROS parameter file") from error
    except (yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise AwacError(
            f"{source} has no parameters under '/**/{node}: ros__parameters:'; begin with config/pushing.yaml"
        ) from error
    atomic_write(path, yaml.safe_dump(parameters, sort_keys=False).encode())
