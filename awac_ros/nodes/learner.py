"""The learner: trains offline where there is no checkpoint yet, then in step with the actor, and publishes weights."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from rclpy.duration import Duration

from awac_msgs.msg import LearnerStatus
from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_ros.errors import AwacError
from awac_ros.learning.trainer import Trainer
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes.diagnostics import Diagnostics, Health
from awac_ros.nodes.intake import Intake
from awac_ros.nodes.learner_config import LearnerConfig
from awac_ros.nodes.learner_folder import LearnerFolder, LearnerRecord, new_trainer
from awac_ros.nodes.learner_pause import PAUSED, Pause
from awac_ros.nodes.ledger import Ledger, Pace
from awac_ros.nodes.messages import weights_message
from awac_ros.nodes.parameters import declare
from awac_ros.nodes.puller import Puller
from awac_ros.nodes.qos import LATCHED, STATUS
from awac_ros.nodes.runner import SIGNAL_LATENCY, RunnableNode, Spinner, run
from awac_ros.nodes.scalars import Scalars
from awac_ros.tasks import Task, make_task

_SLICE = 25
"""Updates between two looks at the graph."""
_GOODBYE = Duration(seconds=2)


class Learner(RunnableNode):
    """Pulls, trains and publishes in one thread; no wait for another node is without an end."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("learner", **arguments)
        self.config = config = declare(self, LearnerConfig())
        if not config.out:
            raise AwacError("learner: parameter out is empty; give the folder for checkpoints and policies")
        task = make_task(config.task)
        out = Path(config.out)
        self._folder = LearnerFolder(out)
        self._folder.hold()
        begun = self._folder.read_record()
        self._record = begun or LearnerRecord()
        resumed = self._folder.has_checkpoint
        # A checkpoint that came without a learner's record is somebody else's offline training, and complete.
        self._trains_offline = not config.checkpoint and (begun.version == 0 if begun else not resumed)
        self._trainer = self._make_trainer(task, resumed)
        if config.demo_fraction >= 0.0:
            self._trainer.configure_replay(online_fraction=1.0 - config.demo_fraction)
        if config.reward == "person":
            self._trainer.configure_replay(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
        self._pace = Pace(
            config.updates_per_step, config.warmup_steps, config.policy_every, config.env_steps, config.lockstep
        )
        steps = self._trainer.replay.count("online")
        self._ledger = Ledger(self._pace, steps)
        self._intake = Intake(task.layout, self._record.repeated_keys)
        self._puller = Puller(self, task.layout, cursor=steps)
        self._scalars = Scalars(Path(config.tensorboard or out / "tensorboard"))
        self._weights = self.create_publisher(PolicyWeightsMessage, "policy/weights", LATCHED)
        self._status = self.create_publisher(LearnerStatus, "learner/status", STATUS)
        self._pause = Pause(self)
        self._diagnostics = Diagnostics(self, "training", self._health)
        self._message = "starting"
        self._failure: str | None = None
        self._published: tuple[int, int] | None = None
        self._publication_due = 0.0
        self._saved: tuple[int, int] | None = None
        self._checkpoint_due = time.monotonic() + config.checkpoint_period
        self._staleness: float | None = None
        """Versions from the one that chose the newest transitions to the newest one; None before there are any."""
        self._rate = 0.0
        self._rated = (time.monotonic(), self._trainer.updates)

    def run(self, spinner: Spinner) -> None:
        try:
            self._train_offline(spinner)
            self._begin_online()
            while not self.finished:
                if self._pause.on:
                    self._wait(spinner)
                else:
                    spinner.once(0.0 if self._work() else SIGNAL_LATENCY)
        except AwacError as error:
            self._failure = self._message = str(error)
            raise

    def close(self) -> None:
        if self._failure is None:
            self._save()
            self._message = "finished" if self.finished else "stopped; start it again to go on"
        self._publish_status()
        self._scalars.close()
        for publisher in (self._weights, self._status):
            publisher.wait_for_all_acked(_GOODBYE)
        self._folder.release()

    def _make_trainer(self, task: Task, resumed: bool) -> Trainer:
        config = self.config
        if resumed:
            return self._folder.load(task, config.device)
        if config.checkpoint:
            return Trainer.load(Path(config.checkpoint), task, config.device)
        files = [Path(file) for file in (config.demos, config.prior) if file]
        return new_trainer(task, config.seed, files, config.device)

    def _train_offline(self, spinner: Spinner) -> None:
        """All offline updates, where no checkpoint has them already."""
        if not self._trains_offline:
            return
        self._folder.write_record(self._record)
        while (left := self.config.offline_updates - self._trainer.updates) > 0:
            if self._pause.on:
                self._wait(spinner)
                continue
            self._message = f"training offline: {self._trainer.updates} of {self.config.offline_updates} updates"
            self._update("offline", min(left, _SLICE))
            self._look_after(time.monotonic())
            spinner.once(0.0)

    def _wait(self, spinner: Spinner) -> None:
        """A person wants training to wait."""
        self._message = PAUSED
        self._look_after(time.monotonic())
        spinner.once()

    def _begin_online(self) -> None:
        if not self._ledger.environment_steps:
            self._record = replace(self._record, offline_updates=self._trainer.updates)
        self._ledger.updated(self._trainer.updates - self._record.offline_updates)
        self._save()
        self._publish()
        self.get_logger().info(
            f"version {self._record.version} is out, after {self._ledger.environment_steps} environment steps "
            f"and {self._trainer.updates} updates"
        )

    def _work(self) -> bool:
        """One turn; whether there may be more to do at once."""
        now = time.monotonic()
        if (pulled := self._puller.poll(now)) is not None:
            self._intake.put(pulled)
        behind = self._puller.cursor < self._puller.total
        portion = self._intake.portion(behind) if self.config.lockstep else len(self._intake)
        taken = min(portion, self._ledger.room)
        if taken:
            new = self._intake.take(taken)
            self._trainer.add_online(new)
            self._ledger.took(taken)
            if len(chosen := new.policy_version[~new.intervened]):
                self._staleness = self._record.version - float(chosen.mean())
        updates = min(self._ledger.owed, _SLICE)
        if updates:
            self._update("online", updates)
            self._ledger.updated(updates)
        if self._ledger.policy_due:
            self._folder.write_policy(self._policy())
            self._ledger.wrote_policy()
        idle = not (behind or len(self._intake) or self._ledger.owed)
        self._message = self._puller.trouble or ("waiting for transitions" if idle else "training")
        if self._weights_due(idle, now):
            self._publish()
        self._look_after(now)
        if idle and self._ledger.complete:
            self._finish()
        return not idle

    def _update(self, phase: str, count: int) -> None:
        metrics = self._trainer.update(count)
        if self._staleness is not None:
            metrics["staleness"] = self._staleness
        self._scalars.add(phase, metrics, count, self._trainer.updates)

    def _weights_due(self, idle: bool, now: float) -> bool:
        if self._published == self._progress:
            return False
        return idle if self.config.lockstep else now >= self._publication_due

    @property
    def _progress(self) -> tuple[int, int]:
        return self._ledger.environment_steps, self._ledger.updates

    def _policy(self) -> PolicyWeights:
        return self._trainer.policy_weights(self._record.version, self._ledger.environment_steps)

    def _publish(self) -> None:
        """The next version; its number is on disk before anyone hears it."""
        self._write_record(version=self._record.version + 1)
        weights = replace(self._policy(), learner=self._folder.identity)
        self._weights.publish(weights_message(weights, self.get_clock().now().to_msg()))
        self._published = self._progress
        self._publication_due = time.monotonic() + self.config.publish_period
        self._publish_status()

    def _write_record(self, **changes: Any) -> None:
        steps, updates = self._progress
        repeated = self._intake.repeated_keys
        self._record = replace(
            self._record, environment_steps=steps, updates=updates, repeated_keys=repeated, **changes
        )
        self._folder.write_record(self._record)

    def _finish(self) -> None:
        if self._published != self._progress:
            self._publish()
        self._save()
        self._write_record(finished=True)
        self.finished = True
        self.get_logger().info(f"finished after {self._ledger.environment_steps} environment steps")

    def _save(self) -> None:
        state = self._ledger.environment_steps, self._trainer.updates
        if self._saved != state:
            self._folder.save(self._trainer, self.config.checkpoints_kept)
            self._saved = state
        self._checkpoint_due = time.monotonic() + self.config.checkpoint_period

    def _look_after(self, now: float) -> None:
        if now >= self._checkpoint_due:
            self._save()
        if self._diagnostics.poll(now):
            before, updates = self._rated
            self._rate = (self._trainer.updates - updates) / max(now - before, 1e-9)
            self._rated = now, self._trainer.updates
            self._publish_status()

    def _publish_status(self) -> None:
        message = LearnerStatus(
            version=self._record.version,
            updates=self._ledger.updates,
            environment_steps=self._ledger.environment_steps,
            updates_per_second=self._rate,
            finished=self.finished,
            message=self._message,
        )
        message.header.stamp = self.get_clock().now().to_msg()
        self._status.publish(message)

    def _health(self) -> Health:
        return Health(
            {
                "version": self._record.version,
                "environment steps": self._ledger.environment_steps,
                "online updates": self._ledger.updates,
                "updates owed": self._ledger.owed,
                "updates a second": self._rate,
                "repeated keys": self._intake.repeated_keys,
                "activity": self._message,
            },
            error=self._failure,
            warning=self._puller.trouble,
        )


def main() -> None:
    """Entry point."""
    sys.exit(run(Learner))
