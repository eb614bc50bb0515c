"""What the learner keeps on disk: checkpoints, policies, and the numbers that must outlive a killed process."""

from __future__ import annotations

import hashlib
import platform
from contextlib import ExitStack
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from awac_ros.data.atomic import atomic_write
from awac_ros.data.json_file import read_json, write_json
from awac_ros.data.lock import locked
from awac_ros.data.prior import read_prior
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.learning.weights import PolicyWeights
from awac_ros.tasks import Task


@dataclass(frozen=True)
class LearnerRecord:
    """learner.json: written before every publication, so that versions only ever count up."""

    version: int = 0
    """Of the newest published weights."""
    offline_updates: int = 0
    """Gradient updates before the first online transition."""
    environment_steps: int = 0
    """Online transitions trained on."""
    updates: int = 0
    """Online gradient updates."""
    repeated_keys: int = 0
    """Transitions among them that came more than once."""
    finished: bool = False


class LearnerFolder:
    """<path>/learner.json, <path>/checkpoints/ and <path>/policies/step_<environment steps>.safetensors."""

    def __init__(self, path: Path) -> None:
        self._record_file = path / "learner.json"
        self._checkpoints = path / "checkpoints"
        self._policies = path / "policies"
        self.identity = hashlib.sha256(f"{platform.node()}:{path.resolve()}".encode()).hexdigest()[:16]
        """Of the learner that works here, the same after every start."""
        self._path = path
        self._lock = ExitStack()

    def hold(self) -> None:
        """Make the folder, and keep other learners out of it; AwacError where one works here already."""
        self._path.mkdir(parents=True, exist_ok=True)
        self._lock.enter_context(locked(self._path, "learner.lock"))

    def release(self) -> None:
        """Let another learner work here."""
        self._lock.close()

    def read_record(self) -> LearnerRecord | None:
        """The newest record; None where no learner has begun yet."""
        if not self._record_file.exists():
            return None
        raw = read_json(self._record_file)
        if not isinstance(raw, dict) or set(raw) != {field.name for field in fields(LearnerRecord)}:
            raise AwacError(f"{self._record_file}: not a learner's record; move it away, or name another folder as out")
        return LearnerRecord(**raw)

    def write_record(self, record: LearnerRecord) -> None:
        write_json(self._record_file, asdict(record))

    def write_policy(self, weights: PolicyWeights) -> None:
        atomic_write(self._policies / f"step_{weights.environment_steps:06d}.safetensors", weights.to_bytes())

    def save(self, trainer: Trainer, kept: int) -> None:
        trainer.save(self._checkpoints, kept)

    @property
    def has_checkpoint(self) -> bool:
        return checkpoint.exists(self._checkpoints)

    def load(self, task: Task, device: str) -> Trainer:
        """The trainer of the newest checkpoint, on this device."""
        return Trainer.load(self._checkpoints, task, device)


def new_trainer(task: Task, seed: int, files: list[Path], device: str) -> Trainer:
    """A trainer whose prior data are those of the files; AwacError if one is of another task or damaged."""
    if not files:
        raise AwacError("learner: there is nothing to begin with; give the parameter checkpoint, demos or prior")
    trainer = Trainer(task, TrainerConfig(device=device), seed)
    for file in files:
        trainer.add_prior(read_prior(file, task.layout))
    return trainer
