"""One variant with one seed, from its prior data to its last evaluation.

A process killed at any time and started again gives the same rows and the same policy, bit for bit. What decides the
course of training is therefore in the trainer's checkpoint and nowhere else: offline updates are `trainer.updates`,
environment steps are the online transitions in its replay, and an episode's number is the step it begins at. The
environment's own state is in no checkpoint: one is only written between two episodes, each of which is seeded by its
number.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Self

import numpy as np
from torch.utils.tensorboard import SummaryWriter

from awac_ros.data import EpisodeBuilder, Transitions
from awac_ros.data.atomic import atomic_write
from awac_ros.data.lock import locked
from awac_ros.envs.box import make_box
from awac_ros.envs.evaluate import perform
from awac_ros.envs.rollout import episode_seed, record, steps
from awac_ros.learning import checkpoint
from awac_ros.learning.policy import Policy
from awac_ros.learning.trainer import Trainer
from awac_ros.learning.weights import PolicyWeights
from awac_ros.studies import seeds
from awac_ros.studies.folder import SeedFolder
from awac_ros.studies.rows import Row, write_rows
from awac_ros.studies.study import Study, Variant

CHUNK = 25
"""Environment steps between two updates of the acting policy, at most."""
UPDATES_BETWEEN_SCALARS = 250


def run(
    study: Study,
    variant: Variant,
    seed: int,
    folder: SeedFolder,
    prior: Transitions | None,
    tell: Callable[[str], None],
) -> None:
    """Train and evaluate to the end, from wherever an earlier start was stopped.

    Args:
        prior: the prior data of this seed; None for a variant that makes no use of them.
        tell: hears of each evaluation and each checkpoint when it is on disk.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    with locked(folder.path):
        if not folder.finished:
            with _Run(study, variant, seed, folder, prior, tell) as course:
                course.offline()
                if variant.online:
                    course.online()
                course.finish()


class _Run:
    def __init__(
        self,
        study: Study,
        variant: Variant,
        seed: int,
        folder: SeedFolder,
        prior: Transitions | None,
        tell: Callable[[str], None],
    ) -> None:
        self._study, self._variant, self._seed, self._folder, self._tell = study, variant, seed, folder, tell
        self._env, self._evaluation_env = (
            make_box(study.env_id, success_reward=study.success_reward, **study.env_keywords) for _ in range(2)
        )
        self._task = self._env.get_wrapper_attr("task")
        if variant.normalised:
            self._task = self._task.normalised(prior.observation)
        if checkpoint.exists(folder.checkpoints):
            self._trainer = Trainer.load(folder.checkpoints, self._task)
        else:
            self._trainer = Trainer(self._task, variant.trainer, seed)
            if variant.prior:
                self._trainer.add_prior(prior)
        self._rows = [row for row in folder.rows() if row.place <= self._place]
        self._seconds = self._rows[-1].seconds if self._rows else 0.0
        self._scalars = SummaryWriter(str(folder.tensorboard), purge_step=self._trainer.updates)
        self._began = self._saved = time.monotonic()
        self._mark = self._began, self._trainer.updates

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._scalars.close()
        self._env.close()
        self._evaluation_env.close()

    def offline(self) -> None:
        """Train on the prior data, with evaluations on the way and one at the end."""
        last, between = self._variant.offline_updates, self._study.evaluation_updates
        while self._env_steps == 0:
            updates = self._trainer.updates
            if updates == last or (updates and updates % between == 0):
                self._evaluate()
                self._save()
            if updates >= last:
                return
            self._update(min(UPDATES_BETWEEN_SCALARS, between - updates % between, last - updates))

    def online(self) -> None:
        """Act and train in turns, with evaluations at fixed numbers of environment steps."""
        while self._env_steps < self._study.env_steps:
            self._episode()
            if time.monotonic() - self._saved >= self._study.checkpoint_seconds:
                self._save()

    def finish(self) -> None:
        """Keep the policy and let go of the rest."""
        atomic_write(self._folder.policy, self._weights().to_bytes())
        shutil.rmtree(self._folder.checkpoints)

    @property
    def _env_steps(self) -> int:
        return self._trainer.replay.count("online")

    @property
    def _place(self) -> tuple[int, int]:
        return self._trainer.updates, self._env_steps

    def _episode(self) -> None:
        """One episode, cut short only by the end of the study."""
        number = self._env_steps
        seed = episode_seed(seeds.derive(self._seed, "online"), number)
        rng = np.random.default_rng(seed)
        builder = EpisodeBuilder(self._variant.name, number)
        self._acting, start, due = self._policy(), 0, self._next_evaluation()
        for step in steps(self._env, lambda observation: self._acting.sample(observation, rng), seed):
            record(builder, step, self._task.layout.control_period, self._acting.version)
            acted = len(builder) - start
            if step.terminated or step.truncated or acted == CHUNK or self._env_steps + acted == due:
                self._learn(builder.transitions(start))
                if self._env_steps == due:
                    self._evaluate()
                if self._env_steps == self._study.env_steps:
                    return
                self._acting, start, due = self._policy(), len(builder), self._next_evaluation()

    def _next_evaluation(self) -> int:
        between = self._study.evaluation_steps
        return min((self._env_steps // between + 1) * between, self._study.env_steps)

    def _learn(self, new: Transitions) -> None:
        warm_up = self._variant.warm_up
        before = max(self._env_steps, warm_up)
        self._trainer.add_online(new)
        if (count := max(self._env_steps, warm_up) - before) > 0:
            self._update(count * self._variant.updates_per_step)

    def _update(self, count: int) -> None:
        before = self._trainer.updates
        metrics = self._trainer.update(count)
        if self._trainer.updates // UPDATES_BETWEEN_SCALARS > before // UPDATES_BETWEEN_SCALARS:
            for name, value in metrics.items():
                self._scalars.add_scalar(name, value, self._trainer.updates)

    def _evaluate(self) -> None:
        if self._rows and self._rows[-1].place == self._place:
            return
        began, (mark, marked_updates) = time.monotonic(), self._mark
        result = perform(
            self._evaluation_env,
            self._policy().mean,
            seed=seeds.derive(self._seed, "evaluation"),
            episodes=self._study.evaluation_episodes,
        )
        row = Row(
            stage="online" if self._env_steps else "offline",
            updates=self._trainer.updates,
            env_steps=self._env_steps,
            mean_return=result.mean_return,
            any_success=result.any_success,
            final_success=result.final_success,
            episodes=result.episodes,
            seconds=round(self._seconds + time.monotonic() - self._began, 3),
            updates_per_second=round((self._trainer.updates - marked_updates) / (began - mark), 3),
        )
        self._mark = time.monotonic(), self._trainer.updates
        self._rows.append(row)
        write_rows(self._folder.rows_file, self._rows)
        self._tell(f"{row.stage}: evaluated after {row.updates:,} updates and {row.env_steps:,} environment steps")

    def _save(self) -> None:
        self._trainer.save(self._folder.checkpoints)
        self._saved = time.monotonic()
        self._tell(f"checkpoint at {self._trainer.updates:,} updates and {self._env_steps:,} environment steps")

    def _policy(self) -> Policy:
        return Policy.from_weights(self._weights())

    def _weights(self) -> PolicyWeights:
        return self._trainer.policy_weights(version=self._trainer.updates, environment_steps=self._env_steps)
