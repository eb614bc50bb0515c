"""Every kind of file that this project reads: a good one, and its reader."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from pathlib import Path

import h5py
import numpy as np
import rclpy

from awac_ros.data import d4rl, demos, robomimic
from awac_ros.data.journal import Journal
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.policy import Policy
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes.learner_config import LearnerConfig
from awac_ros.nodes.learner_folder import LearnerFolder, LearnerRecord
from awac_ros.nodes.parameters import declare
from awac_ros.nodes.runner import RunnableNode
from awac_ros.resources import resource
from awac_ros.soak import records
from awac_ros.tasks import Pushing


class Reader(ABC):
    """Reads one file of a folder as the program does."""

    name: str
    file: str
    """Relative to the folder: the one that gets damaged."""
    is_json = False

    @abstractmethod
    def make(self, folder: Path) -> None:
        """Write a good file, and whatever must stand beside it."""

    @abstractmethod
    def read(self, folder: Path) -> None:
        """AwacError where it is bad."""


class DemosReader(Reader):
    """Our own demonstrations."""

    name, file = "demos", "demos.hdf5"

    def make(self, folder: Path) -> None:
        demos.write(folder / self.file, records.LAYOUT, [records.episode(number) for number in (4, 5)])

    def read(self, folder: Path) -> None:
        demos.read(folder / self.file, records.LAYOUT)


class D4rlReader(Reader):
    """A flat file in D4RL's layout."""

    name, file = "d4rl", "flat.hdf5"

    def make(self, folder: Path) -> None:
        rows = records.transitions(6)
        with h5py.File(folder / self.file, "w") as file:
            file["observations"], file["actions"], file["rewards"] = rows.observation, rows.action, rows.reward
            file["terminals"], file["timeouts"] = rows.terminated, rows.truncated
            file.create_dataset("next_observations", data=rows.next_observation, compression="gzip")

    def read(self, folder: Path) -> None:
        d4rl.read(folder / self.file)


class RobomimicReader(Reader):
    """A file in robomimic's layout."""

    name, file = "robomimic", "mimic.hdf5"

    def make(self, folder: Path) -> None:
        with h5py.File(folder / self.file, "w") as file:
            for number in (5, 6):
                rows = records.transitions(number)
                demo = file.create_group(f"data/demo_{number}")
                demo["actions"], demo["rewards"], demo["dones"] = rows.action, rows.reward, rows.truncated
                demo["obs/state"], demo["next_obs/state"] = rows.observation, rows.next_observation
            file["mask/train"] = np.array([b"demo_5"])

    def read(self, folder: Path) -> None:
        robomimic.read(folder / self.file, mask="train")


class StoreReader(Reader):
    """The buffer's store."""

    name, file = "store", "store.sqlite"

    def make(self, folder: Path) -> None:
        with TransitionStore(folder / self.file, records.LAYOUT) as store:
            for number in range(20):
                store.append(records.transitions(number))

    def read(self, folder: Path) -> None:
        with TransitionStore(folder / self.file, records.LAYOUT) as store:
            rows, _ = store.since(0, store.total)
            store.append(records.transitions(99))
        rows.check(records.LAYOUT, str(folder))


class JournalReader(Reader):
    """What an actor keeps until the buffer has it."""

    name, file = "journal", f"{'a' * 32}.sqlite"

    def make(self, folder: Path) -> None:
        with Journal.create(folder / self.file, records.LAYOUT, "a" * 32) as journal:
            for number in range(20):
                journal.append(records.transitions(number))

    def read(self, folder: Path) -> None:
        with Journal(folder / self.file, records.LAYOUT) as journal:
            rows = journal.oldest(journal.waiting)
            journal.append(records.transitions(99))
        rows.check(records.LAYOUT, str(folder))


class WeightsReader(Reader):
    """A policy's weights."""

    name, file = "weights", "policy.safetensors"

    def make(self, folder: Path) -> None:
        (folder / self.file).write_bytes(_trainer().policy_weights(1, 0).to_bytes())

    def read(self, folder: Path) -> None:
        data = (folder / self.file).read_bytes()
        policy = Policy.from_weights(PolicyWeights.from_bytes(data, source=str(folder / self.file)))
        policy.mean(np.zeros(policy.observation_size, np.float32))


class CheckpointReader(Reader):
    """A checkpoint's manifest, or one of the files beside it."""

    name = "checkpoint"

    def __init__(self, file: str) -> None:
        self.file = f"000001/{file}"
        self.is_json = file.endswith(".json")

    def make(self, folder: Path) -> None:
        _trainer().save(folder)

    def read(self, folder: Path) -> None:
        Trainer.load(folder, Pushing())


class ParametersReader(Reader):
    """A ROS parameter file."""

    name, file = "parameters", "pushing.yaml"

    def make(self, folder: Path) -> None:
        shutil.copyfile(resource("config/pushing.yaml"), folder / self.file)

    def read(self, folder: Path) -> None:
        context = rclpy.Context()
        try:
            rclpy.init(args=["--ros-args", "--params-file", str(folder / self.file)], context=context)
        except RuntimeError as error:  # whose words runner.run passes on
            raise AwacError(str(error)) from error
        try:
            node = RunnableNode("learner", context=context, enable_rosout=False)
            declare(node, LearnerConfig())
            node.destroy_node()
        finally:
            context.try_shutdown()


class RecordReader(Reader):
    """learner.json."""

    name, file, is_json = "record", "learner.json", True

    def make(self, folder: Path) -> None:
        LearnerFolder(folder).write_record(LearnerRecord(version=7))

    def read(self, folder: Path) -> None:
        LearnerFolder(folder).read_record()


def _trainer() -> Trainer:
    trainer = Trainer(Pushing(), TrainerConfig(method=AwacConfig(policy_hidden=(8,), critic_hidden=(8,))), seed=0)
    trainer.add_prior(records.transitions(6))
    return trainer


READERS: tuple[Reader, ...] = (
    DemosReader(),
    D4rlReader(),
    RobomimicReader(),
    StoreReader(),
    JournalReader(),
    WeightsReader(),
    CheckpointReader("checkpoint.json"),
    CheckpointReader("replay.safetensors"),
    ParametersReader(),
    RecordReader(),
)
