"""How many transitions each start of an actor made, on disk: who counts them later needs not have listened."""

from __future__ import annotations

from pathlib import Path

from awac_ros.data.json_file import read_json, write_json


class ActorRecord:
    """<out>/actors/<actor id>.json, of one start of an actor."""

    def __init__(self, out: Path, actor_id: str) -> None:
        self._file = _folder(out) / f"{actor_id}.json"

    def write(self, acted: int) -> None:
        """Transitions made since the start; AwacError where the file can't be written."""
        write_json(self._file, {"acted": acted})


def count_acted(out: Path) -> int:
    """Transitions made by all the starts of actors that kept their record in `out`."""
    return sum(read_json(file)["acted"] for file in _folder(out).glob("*.json"))


def _folder(out: Path) -> Path:
    return out / "actors"
