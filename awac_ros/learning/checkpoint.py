"""Checkpoints on disk: numbered folders of safetensors and JSON, each complete or absent. No torch here.

<folder>/000007/checkpoint.json       what it is, random states, and the SHA-256 of the files beside it
<folder>/000007/<name>.safetensors
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from awac_ros.data.atomic import clear_disk_errors, flush_to_disk
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights, sha256

KEPT = 2
"""How many of the newest checkpoints stay, where nothing else is said."""
_PARTIAL = ".partial"


def write(folder: Path, files: dict[str, bytes], about: dict[str, Any], kept: int = KEPT) -> Path:
    """Add a checkpoint, and let go of the oldest ones; a kill at any moment leaves the one before readable.

    Args:
        files: name -> content, e.g. what `pack` or `PolicyWeights.to_bytes` makes.
        about: goes into checkpoint.json.
        kept: how many of the newest stay, at least 1.

    AwacError, and the ones before untouched, where the disk refuses.
    """
    manifest = {"sha256": {name: sha256(data) for name, data in files.items()}, **about}
    with clear_disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        numbers = _numbers(folder)
        final = folder / f"{numbers[-1] + 1 if numbers else 1:06d}"
        partial = final.with_suffix(_PARTIAL)
        try:
            partial.mkdir()
            for name, data in {**files, "checkpoint.json": json.dumps(manifest, indent=1).encode()}.items():
                (partial / name).write_bytes(data)
                flush_to_disk(partial / name)
            flush_to_disk(partial)
        except OSError:
            _sweep(folder)
            raise
        partial.rename(final)
        flush_to_disk(folder)
        for number in numbers[: max(len(numbers) + 1 - kept, 0)]:
            old = folder / f"{number:06d}"
            shutil.rmtree(old.rename(old.with_suffix(_PARTIAL)))
    return final


def exists(folder: Path) -> bool:
    """Whether `folder` holds a complete checkpoint."""
    return bool(_numbers(folder))


def newest(folder: Path) -> Path:
    """The newest complete checkpoint in `folder`; AwacError if there is none."""
    numbers = _numbers(folder)
    if not numbers:
        raise AwacError(f"{folder}: no checkpoint here; give the folder that training wrote, or train first")
    return folder / f"{numbers[-1]:06d}"


def read_about(checkpoint: Path) -> dict[str, Any]:
    """The content of checkpoint.json."""
    try:
        about = json.loads((checkpoint / "checkpoint.json").read_bytes())
        if not isinstance(about["sha256"], dict):
            raise TypeError("sha256 is no table")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(checkpoint / "checkpoint.json", error) from error
    return about


def read(checkpoint: Path, name: str) -> bytes:
    """One file of a checkpoint; AwacError if it is not, byte for byte, what was written."""
    expected = read_about(checkpoint)["sha256"].get(name)
    try:
        data = (checkpoint / name).read_bytes()
    except OSError as error:
        raise _damaged(checkpoint / name, error) from error
    if sha256(data) != expected:
        raise _damaged(checkpoint / name, "its SHA-256 is not the one in checkpoint.json")
    return data


def read_policy(folder: Path, layout_hash: str | None = None) -> PolicyWeights:
    """The policy of the newest checkpoint in `folder`; AwacError if it is for another layout than `layout_hash`."""
    checkpoint = newest(folder)
    source = str(checkpoint / "policy.safetensors")
    return PolicyWeights.from_bytes(read(checkpoint, "policy.safetensors"), source=source, layout_hash=layout_hash)


def pack(arrays: dict[str, np.ndarray]) -> bytes:
    return safetensors.numpy.save({name: np.asarray(array, order="C") for name, array in arrays.items()})


def unpack(data: bytes) -> dict[str, np.ndarray]:
    return safetensors.numpy.load(data)


def _sweep(folder: Path) -> None:
    """Remove what a kill or a full disk left half written, or half removed."""
    for leftover in folder.glob(f"*{_PARTIAL}"):
        shutil.rmtree(leftover)


def _numbers(folder: Path) -> list[int]:
    return sorted(int(path.name) for path in folder.glob("[0-9]" * 6))


def _damaged(path: Path, why: object) -> AwacError:
    return AwacError(f"{path}: can't be read ({why}); delete {path.parent} to go back to the checkpoint before it")
