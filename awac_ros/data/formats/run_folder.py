"""The folder of a run: demonstrations, random episodes and the store that lie in it, as one data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from awac_ros.data.data_set import DataSet, Track, untracked
from awac_ros.data.formats.format import Format, ReadOptions
from awac_ros.data.labels import UNSAID
from awac_ros.errors import AwacError

_SUFFIXES = (".hdf5", ".h5", ".sqlite")


class RunFolder(Format):
    """An episode is named <file>/<its name there>; the files must be of one task."""

    name = "run"
    is_folder = True
    can_write = False

    def __init__(self, kinds: Sequence[Format]) -> None:
        """`kinds`: what its files may be."""
        self._kinds = kinds

    def recognises(self, path: Path) -> bool:
        return any(self._files(path))

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        parts = {file.stem: kind.read(file, options, track) for file, kind in self._files(path).items()}
        (first, data), *others = parts.items()
        for name, part in others:
            data.layout.check_same(part.layout, str(path / name))
        masks = {mask for part in parts.values() for mask in part.masks}
        rules = dict.fromkeys(part.rule for part in parts.values())
        remarks = [remark for part in parts.values() for remark in part.remarks]
        if len(rules) > 1:
            remarks.append(f"{path}: its files hold rewards by the rules {' and '.join(rules)}; import them one by one")
        return DataSet(
            str(path),
            data.layout,
            {f"{stem}/{name}": episode for stem, part in parts.items() for name, episode in part.episodes.items()},
            {f"{stem}/{name}": why for stem, part in parts.items() for name, why in part.broken.items()},
            {
                mask: tuple(f"{stem}/{name}" for stem, part in parts.items() for name in part.masks.get(mask, ()))
                for mask in sorted(masks)
            },
            tuple(remarks),
            data.rule if len(rules) == 1 else UNSAID,
        )

    def _files(self, path: Path) -> dict[Path, Format]:
        """The files of episodes directly in the folder, in the order of their names."""
        found: dict[Path, Format] = {}
        for file in sorted(item for item in path.iterdir() if item.suffix in _SUFFIXES and item.is_file()):
            kind = next((kind for kind in self._kinds if kind.recognises(file)), None)
            if kind is None:
                raise AwacError(f"{file}: it is of no known format, or damaged; move it out of the folder")
            found[file] = kind
        return found
