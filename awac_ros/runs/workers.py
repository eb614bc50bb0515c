"""Worker processes with an environment each: random episodes and evaluations, two at a time."""

from __future__ import annotations

import multiprocessing
import signal
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache

import gymnasium
from gymnasium.wrappers import TimeLimit

from awac_ros.arms import make_arm
from awac_ros.data import Episode
from awac_ros.envs.evaluate import Evaluation, judge
from awac_ros.envs.random_process import random_episodes
from awac_ros.envs.rollout import rollouts
from awac_ros.envs.simulated import SimulatedTask
from awac_ros.errors import AwacError
from awac_ros.learning.policy import Policy
from awac_ros.learning.weights import PolicyWeights
from awac_ros.tasks import Pushing, make_task

COUNT = 2
EPISODES_AT_ONCE = 20
"""One task's share: small enough that every worker stays busy to the end."""


class Workers:
    """Processes that roll out one task; leave the `with` block to end them.

    AwacError at the block's end if one of them was killed.
    """

    def __init__(self, task: str = Pushing.name) -> None:
        """`task` by its name, as `make_task` takes it."""
        self._task = task
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(COUNT, context, initializer=_leave_interrupts_to_the_parent)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is not None:
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise AwacError("a worker process was killed, perhaps for lack of memory; run it again to go on") from error

    def act_at_random(self, seed: int, episodes: range) -> Future[list[Episode]]:
        """These episodes of the random process's run `seed`."""
        return self._pool.submit(_act_at_random, self._task, seed, episodes)

    def evaluate(self, weights: PolicyWeights, seed: int, episodes: range) -> Future[Evaluation]:
        """These episodes of the evaluation `seed` of a policy."""
        return self._pool.submit(_evaluate, self._task, weights.to_bytes(), seed, episodes)


def shares(episodes: int) -> list[range]:
    """The episodes 0 .. `episodes` - 1 in portions for one worker at a time."""
    starts = range(0, episodes, EPISODES_AT_ONCE)
    return [range(start, min(start + EPISODES_AT_ONCE, episodes)) for start in starts]


def join(evaluations: list[Evaluation]) -> Evaluation:
    """The evaluation of all episodes from those of its shares."""
    episodes = sum(share.episodes for share in evaluations)

    def mean(name: str) -> float:
        return sum(getattr(share, name) * share.episodes for share in evaluations) / episodes

    return Evaluation(episodes, mean("final_success"), mean("any_success"), mean("final_distance"))


@cache
def _environment(name: str) -> gymnasium.Env:
    task = make_task(name)
    return TimeLimit(SimulatedTask(task, make_arm("bullet")), task.horizon)


def _act_at_random(task: str, seed: int, episodes: range) -> list[Episode]:
    return list(random_episodes(_environment(task), seed=seed, episodes=episodes))


def _evaluate(task: str, weights: bytes, seed: int, episodes: range) -> Evaluation:
    env = _environment(task)
    policy = Policy.from_weights(PolicyWeights.from_bytes(weights, source="the policy under evaluation"))
    return judge(env.unwrapped.task, rollouts(env, policy.mean, seed=seed, episodes=episodes))


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
