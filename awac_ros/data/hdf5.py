"""HDF5 files: every way in which one can be wrong is one sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from awac_ros.data.transitions import ACTOR_ID_LENGTH
from awac_ros.errors import AwacError

_COMPRESSION = 1100
"""Deflate, HDF5's strongest usual filter, makes nothing smaller than by 1032 to 1 (zlib's documentation)."""


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """The file; AwacError if it is missing or names other files, or turns out to be damaged while the block reads it.

    A link to another file would be followed unseen, wherever it leads.
    """
    if not Path(path).is_file():
        raise AwacError(f"{path}: there is no such file; correct the path or record some demonstrations first")
    with clear_errors(str(path)), h5py.File(path, "r") as file:
        if foreign := file.visititems_links(lambda name, link: name if isinstance(link, h5py.ExternalLink) else None):
            raise AwacError(f"{path}: {foreign} is a link to another file; copy what it names into this one")
        yield file


@contextmanager
def clear_errors(source: str) -> Iterator[None]:
    """What the library raises over damage becomes an AwacError that names `source`."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, OverflowError, SystemError) as error:
        raise AwacError(
            f"{source} is truncated, damaged or no HDF5 file ({error}); restore a copy or record again"
        ) from error


def _name_of_external(name: str, link: object) -> str | None:
    return name if isinstance(link, h5py.ExternalLink) else None


def array(group: h5py.Group, name: str, shape: tuple[int | None, ...], kind: type, source: str) -> np.ndarray:
    """A dataset of numbers as `kind`; None in `shape` stands for any size. AwacError, naming `source`, if it differs.

    A value that `kind` can't hold becomes infinite.

    Text, objects and whatever has a variable length are refused unread: damage to them can make HDF5 loop for ever.
    """
    dataset = group.get(name)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "biuf" or dataset.shape is None:
        raise AwacError(f"{source} has no dataset {name} of numbers; it needs one to be read")
    if len(dataset.shape) != len(shape) or any(n not in (None, m) for n, m in zip(shape, dataset.shape, strict=True)):
        needed = ", ".join("any" if size is None else str(size) for size in shape)
        raise AwacError(f"{source}: {name} has shape {dataset.shape}, but ({needed}) is needed; correct the file")
    with np.errstate(over="ignore"):
        return content(dataset, source).astype(kind, copy=False)


def content(dataset: h5py.Dataset, source: str) -> np.ndarray:
    """All values; AwacError if they lie in another file, or are more than the file could hold."""
    if dataset.is_virtual or dataset.external:
        raise AwacError(f"{source}: {dataset.name} lies in another file; copy it into this one")
    if dataset.nbytes > _COMPRESSION * Path(dataset.file.filename).stat().st_size:
        raise AwacError(
            f"{source}: {dataset.name} claims {dataset.nbytes:,} bytes, more than the file could hold; it is damaged, "
            "so restore a copy"
        )
    return dataset[...]


def reward(group: h5py.Group, length: int, from_success: bool, source: str) -> np.ndarray:
    """(length,) the dataset `rewards`; or 0 where the dataset `success` is set, else -1."""
    if not from_success:
        return array(group, "rewards", (length,), np.float32, source)
    if "success" not in group:
        raise AwacError(f"{source} has no dataset success to make rewards of; read it without success_reward")
    return np.where(array(group, "success", (length,), bool, source), 0.0, -1.0)


def attribute(item: h5py.Group, name: str, source: str) -> Any:
    """An attribute of a group; AwacError, naming `source`, if it has none."""
    if name not in item.attrs:
        raise AwacError(f"{source} has no attribute {name}; only files that this package recorded can be read")
    return item.attrs[name]


def text(item: h5py.Group, name: str, source: str) -> str:
    """What `set_text` wrote; AwacError, naming `source`, if it did not."""
    value = attribute(item, name, source)
    if not isinstance(value, bytes):
        raise AwacError(
            f"{source}: attribute {name} is no text of fixed length; only files of this package can be read"
        )
    return value.decode()


def set_text(item: h5py.Group, name: str, value: str) -> None:
    """Write text of fixed length: with text of variable length, a damaged file can send HDF5 into an endless loop."""
    item.attrs[name] = np.bytes_(value.encode())


def set_dataset(group: h5py.Group, name: str, values: np.ndarray) -> None:
    """Write values, at least one, with a checksum, which every reader of HDF5 verifies."""
    group.create_dataset(name, data=values, chunks=values.shape, fletcher32=True)


def content_id(*paths: Path) -> str:
    """An actor id made of files' content: reading them again gives the same keys."""
    digests = []
    for path in paths:
        with Path(path).open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    whole = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return whole[:ACTOR_ID_LENGTH]
