"""A policy's weights as they travel and lie on disk: numbered safetensors bytes with a checksum. No torch here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from awac_ros.errors import AwacError


@dataclass(frozen=True, eq=False)
class PolicyWeights:
    """A policy's tensors and where they come from; `Policy.from_weights` lists the tensors by name."""

    tensors: dict[str, np.ndarray]
    """float32, C order."""
    layout_hash: str
    """Of the task's layout: weights act only on observations of that layout."""
    version: int
    """Counts up with every publication."""
    learner_step: int
    """Gradient updates behind these weights."""
    environment_steps: int
    """Online transitions the learner had trained on."""
    learner: str = ""
    """Which learner published them; empty in a file."""

    def to_bytes(self) -> bytes:
        """Safetensors bytes, the same for the same weights; the numbers stand as JSON in the header's metadata."""
        about = {
            "layout_hash": self.layout_hash,
            "version": self.version,
            "learner_step": self.learner_step,
            "environment_steps": self.environment_steps,
            "learner": self.learner,
        }
        return safetensors.numpy.save(self.tensors, {"policy": json.dumps(about)})

    @classmethod
    def from_bytes(
        cls, data: bytes, *, source: str, layout_hash: str | None = None, checksum: str | None = None
    ) -> PolicyWeights:
        """What `to_bytes` wrote.

        `source` is the topic or file, for the error; AwacError if the SHA-256 is not `checksum`, the layout is not
        `layout_hash` (each checked where given), or the bytes are no policy's weights.
        """
        if checksum is not None and sha256(data) != checksum:
            raise AwacError(f"{source}: the weights' SHA-256 is not {checksum}; they were damaged, publish them again")
        try:
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
            about = json.loads(header["__metadata__"]["policy"])
            weights = cls(
                safetensors.numpy.load(data),
                str(about["layout_hash"]),
                *(_count(about, name) for name in ("version", "learner_step", "environment_steps")),
                str(about.get("learner", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, safetensors.SafetensorError) as error:
            raise AwacError(f"{source}: not the weights of a policy ({error!r}); take what awac_ros wrote") from error
        if layout_hash is not None and weights.layout_hash != layout_hash:
            raise AwacError(
                f"{source}: these weights are for layout {weights.layout_hash}, not for {layout_hash}; "
                "use weights trained on this task"
            )
        return weights


def _count(about: dict[str, Any], name: str) -> int:
    value = about[name]
    if type(value) is not int or not 0 <= value < 2**63:
        raise ValueError(f"{name} is {value!r}")
    return value


def sha256(data: bytes) -> str:
    """64 hex digits."""
    return hashlib.sha256(data).hexdigest()
