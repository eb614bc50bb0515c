"""The phases of a pushing run; each leaves its artefacts and does nothing where they are complete."""

from __future__ import annotations

from dataclasses import replace

from awac_ros.data import Episode, demos
from awac_ros.data.store import TransitionStore
from awac_ros.learning import checkpoint
from awac_ros.nodes.description import Value
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.learner_folder import LearnerFolder
from awac_ros.nodes.outbox import count_made
from awac_ros.nodes.up import Session, up
from awac_ros.runs import offline, workers
from awac_ros.runs.evaluations import read_all
from awac_ros.runs.folder import RunFolder
from awac_ros.runs.judge import Judge
from awac_ros.runs.monitor import own_namespace
from awac_ros.runs.narrator import Narrator
from awac_ros.runs.random_process import record_random
from awac_ros.runs.report import TransitionCounts
from awac_ros.runs.settings import PushingSettings
from awac_ros.runs.workers import Workers
from awac_ros.tasks import Pushing

POLL = 0.2
"""s between two looks at a running graph."""


class Phases:
    """Everything between the settings and the report, in order: demos, random, offline, before, online, after."""

    def __init__(
        self, settings: PushingSettings, folder: RunFolder, narrator: Narrator, crew: Workers, judge: Judge
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._narrator = narrator
        self._workers = crew
        self._judge = judge
        self._learner = LearnerFolder(folder.path)
        self._task = Pushing()

    def demos(self) -> None:
        """Demonstrations by the scripted operator, teleoperating and recorded through the ROS graph."""
        wanted = self._settings.demos
        path = self._folder.demos
        made = demos.count(path) if path.exists() else 0
        if self._settings.prior != "demos" or made >= wanted:
            return
        words = f"Collecting {wanted} demonstrations: the operator drives the simulated arm through the ROS graph"
        arguments = {"mode": "collect", "demos": str(path), "episodes": wanted}
        with self._narrator.bar(words, wanted, made) as told, self._graph(arguments) as session:
            while not session.wait(POLL):
                told(demos.count(path) if path.exists() else 0)

    def random(self) -> None:
        """Episodes of the random process in the plain environment, on every worker."""
        if not self._folder.random.exists():
            settings = self._settings
            record_random(self._folder.random, settings.random_episodes, settings.seed, self._workers, self._narrator)

    def offline(self) -> None:
        """AWAC on the prior data, while a worker evaluates the policies on the way."""
        settings, folder = self._settings, self._folder
        if offline.policy_file(folder.policies, settings.offline_updates).exists():
            return
        trainer = offline.begin(self._task, self._prior_episodes(), settings.seed, folder.checkpoints)
        words = f"Training offline on {len(trainer.replay):,} transitions"
        with self._narrator.bar(words, settings.offline_updates, trainer.updates) as bar:

            def told(updates: int) -> None:
                bar(updates)
                self._judge.attend()

            offline.train(
                trainer, settings.offline_updates, folder.checkpoints, folder.policies, folder.tensorboard, told
            )

    def online(self) -> None:
        """The ROS graph fine-tunes: arm, actor, buffer and learner in lockstep, and a worker evaluates beside them."""
        record = self._learner.read_record()
        if record is None or not record.finished:
            self._fine_tune(0 if record is None else record.environment_steps)
        weights = checkpoint.read_policy(self._folder.checkpoints, self._task.layout.hash)
        self._learner.write_policy(replace(weights, version=self._learner.read_record().version))

    def _fine_tune(self, done: int) -> None:
        settings, folder = self._settings, self._folder
        words = f"Fine-tuning online for {settings.env_steps:,} control steps through the ROS graph"
        arguments: dict[str, Value] = {
            "mode": "train",
            "checkpoint": str(folder.checkpoints),
            "env_steps": settings.env_steps,
        }
        with (
            self._narrator.bar(words, settings.env_steps, done) as told,
            self._graph(arguments) as session,
        ):
            while not session.wait(POLL):
                if (record := self._learner.read_record()) is not None:
                    told(record.environment_steps)
                self._judge_meanwhile()

    def _judge_meanwhile(self) -> None:
        """Evaluate beside online training."""
        self._judge.attend()

    def before(self) -> None:
        """Evaluate what is left of offline training's policies."""
        self._evaluate("Evaluating the policies of offline training")
        self._say_newest(online=False)

    def after(self) -> None:
        """Evaluate what is left of online training's policies."""
        self._evaluate("Evaluating the policies of online training")
        self._say_newest(online=True)

    def _evaluate(self, words: str) -> None:
        if waiting := self._judge.attend(workers.COUNT):
            with self._narrator.bar(words, waiting) as told:
                self._judge.finish(lambda left: told(waiting - left))

    def _say_newest(self, online: bool) -> None:
        newest = [one for one in read_all(self._folder.evaluations) if (one.env_steps > 0) == online][-1]
        self._narrator.say(
            f"  After {newest.updates:,} updates and {newest.env_steps:,} online steps the puck ends at its goal in "
            f"{newest.final_success:.0%} of {newest.episodes} episodes"
        )

    def counts(self) -> TransitionCounts:
        """What the actors, the store and the learner each counted."""
        record = self._learner.read_record()
        with TransitionStore(self._folder.store, self._task.layout, read_only=True) as store:
            rows, _ = store.since(0, store.total)
        keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
        return TransitionCounts(
            acted=count_made(self._folder.path, self._task.layout),
            stored=len(rows),
            trained=record.environment_steps,
            repeated_keys=len(rows) - len(keys) + record.repeated_keys,
            without_version=int((rows.policy_version < 0).sum()),
        )

    def prior_data(self) -> dict[str, list[Episode]]:
        """The episodes by kind, as they lie in the run's folder."""
        kinds = {"random": self._folder.random}
        if self._settings.prior == "demos":
            kinds["demos"] = self._folder.demos
        return {kind: demos.read(path, self._task.layout) for kind, path in kinds.items()}

    def _prior_episodes(self) -> list[Episode]:
        return [episode for episodes in self.prior_data().values() for episode in episodes]

    def _graph(self, arguments: dict[str, Value]) -> Session:
        common = {
            "lockstep": True,
            "out": str(self._folder.path),
            "seed": self._settings.seed,
            "namespace": own_namespace(),
        }
        return up(PUSHING, common | arguments, self._folder.logs, echo=None)
