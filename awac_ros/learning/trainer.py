"""Training: the replay feeds a method; the whole of it can be saved and taken up again, bit for bit."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from awac_ros.data import Layout, Transitions
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint, methods
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.cores import FreeCores
from awac_ros.learning.method import Terms
from awac_ros.learning.methods import MethodConfig
from awac_ros.learning.replay import Replay, ReplayConfig
from awac_ros.learning.stepper import check_device, make_stepper
from awac_ros.learning.weights import PolicyWeights
from awac_ros.tasks import Task


@dataclass(frozen=True)
class TrainerConfig:
    """What is trained, and how."""

    method: MethodConfig = field(default_factory=AwacConfig)
    replay: ReplayConfig = field(default_factory=ReplayConfig)
    batch_size: int = 256
    block: int = 50
    """Minibatches sampled at once; changes the speed, not the result."""
    threads: int | None = 1
    """Of torch; None follows the free cores. Results are repeatable, bit for bit, with one number of threads."""
    device: str = "cpu"
    """As torch names it: cpu, or cuda for a GPU."""
    largest_q: float = 1e5
    """Training stops when the mean |Q| of a block exceeds this."""

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "method": methods.to_dict(self.method)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainerConfig:
        """What `to_dict` gave, also after a detour through JSON."""
        method, replay = methods.from_dict(values["method"]), ReplayConfig(**values["replay"])
        return cls(**{**values, "method": method, "replay": replay})


class Trainer:
    """One learner: replay, networks, optimisers, random state and counters. Deterministic given a seed."""

    def __init__(self, task: Task, config: TrainerConfig, seed: int) -> None:
        check_device(config.device)
        self._free_cores = FreeCores() if config.threads is None else None
        torch.set_num_threads(config.threads or 1)
        self.task = task
        self.config = config
        self.updates = 0
        """Gradient updates so far."""
        self.replay = Replay(task, config.replay, seed)
        self._method = methods.make_method(task, config.method, seed, config.device)
        self._stepper = make_stepper(self._method, self.replay)

    def add_prior(self, transitions: Transitions) -> None:
        """Take up demos or other old data."""
        self.replay.add(transitions, "prior")

    def add_online(self, transitions: Transitions) -> None:
        """Take up what the policy under training did."""
        self.replay.add(transitions, "online")

    def configure_replay(self, **changes: Any) -> None:
        """Make minibatches otherwise from now on; `changes` of the fields of ReplayConfig."""
        self.config = replace(self.config, replay=replace(self.config.replay, **changes))
        self.replay.configure(self.config.replay)

    def update(self, count: int) -> dict[str, float]:
        """`count` gradient updates; the means of every tenth's metrics, and updates_per_second.

        AwacError if a loss or Q explodes.
        """
        began = time.perf_counter()
        logged: list[dict[str, Tensor]] = []
        minibatches, left = self._draw(count), count
        while left:
            if self._free_cores is not None:
                torch.set_num_threads(self._free_cores.count())
            for minibatch in minibatches:
                terms = self._stepper.update(minibatch)
                self.updates += 1
                if self.updates % 10 == 0:
                    logged.append(terms.metrics())
            left -= len(minibatches)
            minibatches = self._draw(left)  # while a GPU still works on those before
            self._check(terms)
        logged.append(terms.metrics())
        means = {name: torch.stack([metrics[name] for metrics in logged]).mean().item() for name in logged[0]}
        return {**means, "updates_per_second": count / (time.perf_counter() - began)}

    def policy_weights(self, version: int, environment_steps: int) -> PolicyWeights:
        """A copy of the policy, ready to be published under these numbers."""
        return PolicyWeights(
            self._method.policy_tensors(), self.task.layout.hash, version, self.updates, environment_steps
        )

    def save(self, folder: Path, kept: int = checkpoint.KEPT) -> Path:
        """Write a checkpoint into `folder`, whose newest `kept` stay; returns the new checkpoint's own folder."""
        replay, replay_about = self.replay.state()
        files = {
            "policy.safetensors": self.policy_weights(0, self.replay.count("online")).to_bytes(),
            "method.safetensors": checkpoint.pack(self._method.state()),
            "replay.safetensors": checkpoint.pack(replay),
        }
        about = {
            "layout": self.task.layout.to_json(),
            "config": self.config.to_dict(),
            "updates": self.updates,
            "replay": replay_about,
        }
        return checkpoint.write(folder, files, about, kept)

    @classmethod
    def load(cls, folder: Path, task: Task, device: str | None = None) -> Trainer:
        """Go on from the newest checkpoint in `folder`, on its own device or on this one.

        Where a processor goes on with what a GPU began, or the other way round, its random draws are others.
        AwacError if damaged, of another layout or version.
        """
        source = checkpoint.newest(folder)
        about = checkpoint.read_about(source)
        task.layout.check_same(Layout.from_json(about.get("layout", ""), str(source)), str(source))
        method, replay = (
            checkpoint.unpack(checkpoint.read(source, f"{name}.safetensors")) for name in ("method", "replay")
        )
        try:
            config = TrainerConfig.from_dict(about["config"])
            trainer = cls(task, replace(config, device=device or config.device), seed=0)
            trainer.updates = about["updates"]
            trainer._method.restore(method)
            trainer.replay.restore(replay, about["replay"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise AwacError(
                f"{source}: written by another version of awac_ros ({error}); go on with that one, or train anew in "
                "another folder"
            ) from error
        return trainer

    def _draw(self, left: int) -> Sequence[Any]:
        return self._stepper.draw(self.config.batch_size, min(self.config.block, left)) if left else ()

    def _check(self, terms: Terms) -> None:
        metrics = terms.metrics()
        metrics = dict(zip(metrics, torch.stack(list(metrics.values())).tolist(), strict=True))
        q = metrics.get("q", 0.0)
        if not math.isfinite(q) or abs(q) > self.config.largest_q:
            raise AwacError(
                f"training stopped at update {self.updates}: Q is {q:.3g}, largest_q is {self.config.largest_q:.3g}; "
                "lower the learning rates or the discount, or turn on critic_layer_norm, and go on from the checkpoint"
            )
        for name, value in metrics.items():
            if name.endswith("_loss") and not math.isfinite(value):
                raise AwacError(
                    f"training stopped at update {self.updates}: {name} is {value}; "
                    "lower the learning rates, and go on from the checkpoint"
                )
