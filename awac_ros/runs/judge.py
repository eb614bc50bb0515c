"""The run's policies, evaluated in worker processes beside whatever else the run is doing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from awac_ros.envs.evaluate import Evaluation
from awac_ros.learning.weights import PolicyWeights
from awac_ros.runs import workers
from awac_ros.runs.evaluations import Judged
from awac_ros.runs.workers import Workers


@dataclass
class _Trial:
    """One policy's evaluation, in shares of episodes."""

    name: str
    weights: PolicyWeights
    seed: int
    waiting: list[range]
    """Shares that no worker has yet."""
    running: list[Future[Evaluation]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return not self.waiting and all(future.done() for future in self.running)

    @property
    def busy(self) -> int:
        return sum(not future.done() for future in self.running)


class Judge:
    """Evaluates every policy file of a folder once; the results lie in another folder.

    A policy's scenes depend on the run's seed and on its place in training, not on when or where it is evaluated.
    """

    def __init__(self, workers: Workers, policies: Path, evaluations: Path, seed: int, episodes: int) -> None:
        self._workers = workers
        self._policies = policies
        self._evaluations = evaluations
        self._seed = seed
        self._episodes = episodes
        self._trials: dict[str, _Trial] = {}

    def attend(self, at_once: int = 1) -> int:
        """Collect what is evaluated and hand out what is not, to so many workers; returns how many policies wait."""
        for trial in [trial for trial in self._trials.values() if trial.done]:
            self._collect(trial)
            del self._trials[trial.name]
        for path in sorted(self._policies.glob("*.safetensors")):
            if path.stem not in self._trials and not (self._evaluations / f"{path.stem}.json").exists():
                self._trials[path.stem] = self._trial(path)
        busy = sum(trial.busy for trial in self._trials.values())
        for trial in self._trials.values():
            while trial.waiting and busy < at_once:
                trial.running.append(self._workers.evaluate(trial.weights, trial.seed, trial.waiting.pop(0)))
                busy += 1
        return len(self._trials)

    def finish(self, told: Callable[[int], None]) -> None:
        """Evaluate all that is left, on every worker; `told` hears how many policies wait."""
        while left := self.attend(workers.COUNT):
            told(left)
            running = [future for trial in self._trials.values() for future in trial.running if not future.done()]
            wait(running, timeout=1.0, return_when=FIRST_COMPLETED)

    def _trial(self, path: Path) -> _Trial:
        weights = PolicyWeights.from_bytes(path.read_bytes(), source=str(path))
        place = (self._seed, weights.learner_step, weights.environment_steps)
        seed = int(np.random.SeedSequence(place).generate_state(1)[0])
        return _Trial(path.stem, weights, seed, workers.shares(self._episodes))

    def _collect(self, trial: _Trial) -> None:
        result = workers.join([future.result() for future in trial.running])
        Judged(
            policy=trial.name,
            updates=trial.weights.learner_step,
            env_steps=trial.weights.environment_steps,
            seed=trial.seed,
            episodes=result.episodes,
            final_success=result.final_success,
            any_success=result.any_success,
            final_distance=result.final_distance,
        ).save(self._evaluations)
