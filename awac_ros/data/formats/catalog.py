"""The formats by name, and the one that a file has."""

from __future__ import annotations

from pathlib import Path

from awac_ros.data.data_set import DataSet, Track, untracked
from awac_ros.data.formats.bag import Bag
from awac_ros.data.formats.d4rl import D4rl
from awac_ros.data.formats.format import Format, ReadOptions
from awac_ros.data.formats.lerobot import LeRobot
from awac_ros.data.formats.minari import Minari
from awac_ros.data.formats.robomimic import Demos, Robomimic
from awac_ros.data.formats.run_folder import RunFolder
from awac_ros.data.formats.store import Store
from awac_ros.errors import AwacError

_FILES: tuple[Format, ...] = (Demos(), Robomimic(), D4rl(), Store())
FORMATS: dict[str, Format] = {kind.name: kind for kind in (*_FILES, Minari(), LeRobot(), Bag(), RunFolder(_FILES))}


def find_format(path: Path) -> Format:
    """The format of what lies at `path`; AwacError if nothing does, or if it is of none."""
    if not path.exists():
        raise AwacError(f"{path}: there is no such file or folder; correct the path")
    for kind in FORMATS.values():
        if kind.is_folder == path.is_dir() and kind.recognises(path):
            return kind
    raise AwacError(f"{path}: it is of no known format; the formats are {', '.join(FORMATS)}")


def writable_format(name: str) -> Format:
    """The format of this name; AwacError if there is none, or if it is only read."""
    writable = {kind.name: kind for kind in FORMATS.values() if kind.can_write}
    if name not in writable:
        raise AwacError(f"nothing can be written in the format {name!r}; choose one of {', '.join(writable)}")
    return writable[name]


def read(path: Path, options: ReadOptions | None = None, track: Track = untracked) -> DataSet:
    """The episodes of a file or folder, whatever its format; errors as for `find_format` and `Format.read`."""
    return find_format(path).read(path, options or ReadOptions(), track)
