"""The prior data of one seed: made once, kept in the study's folder, the same for every variant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import gymnasium
import numpy as np
import safetensors

from awac_ros.data import Transitions
from awac_ros.data.atomic import atomic_write
from awac_ros.data.prior import read_prior
from awac_ros.data.transitions import ACTOR_ID_LENGTH, COLUMN_TYPES
from awac_ros.envs.box import make_box
from awac_ros.envs.random_process import random_episodes
from awac_ros.envs.rollout import episode_seed, rollout
from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint
from awac_ros.learning.policy import Policy
from awac_ros.learning.trainer import Trainer
from awac_ros.studies import seeds
from awac_ros.studies.study import Clone, Prior, Study

UPDATES_AT_ONCE = 1_000


def find_files(prior: Prior, data: Path | None) -> list[Path]:
    """Where the files of the prior data lie; AwacError where one does not."""
    found = [Path(name) if data is None else data / name for name in prior.files]
    for path in found:
        if not path.is_file():
            raise AwacError(f"{path}: there is no such file of prior data; name the folder that holds it with --data")
    return found


def make_prior(study: Study, seed: int, data: Path | None, tell: Callable[[str], None]) -> Transitions:
    """The transitions of the study's files, of their clone and of the random process, in this order."""
    prior = study.prior
    env = make_box(study.env_id, success_reward=study.success_reward, **study.env_keywords)
    task = env.get_wrapper_attr("task")
    parts = [
        read_prior(path, task.layout, success_reward=study.success_reward, clip_actions=prior.clip_actions)
        for path in find_files(prior, data)
    ]
    if prior.clone is not None:
        demos = Transitions.concatenate(parts)
        tell(
            f"cloning {len(demos):,} transitions of demonstrations, then {prior.clone.episodes:,} episodes of the clone"
        )
        parts += _clone_episodes(env, demos, prior.clone, seed)
    if prior.random_episodes:
        tell(f"{prior.random_episodes:,} episodes of the random process")
        episodes = random_episodes(env, seed=seeds.derive(seed, "random"), episodes=range(prior.random_episodes))
        parts += [episode.transitions for episode in episodes]
    env.close()
    return Transitions.concatenate(parts)


def save(path: Path, transitions: Transitions) -> None:
    """Put the transitions in place of `path`, for `load` to give back bit for bit."""
    arrays = {name: getattr(transitions, name) for name in COLUMN_TYPES}
    text = np.ascontiguousarray(arrays["actor_id"]).view(np.uint32)
    arrays["actor_id"] = text.reshape(len(transitions), ACTOR_ID_LENGTH)
    atomic_write(path, checkpoint.pack(arrays))


def load(path: Path) -> Transitions:
    """What `save` wrote; AwacError where it is damaged."""
    try:
        arrays = checkpoint.unpack(path.read_bytes())
        arrays["actor_id"] = arrays["actor_id"].view(COLUMN_TYPES["actor_id"]).ravel()
        return Transitions(**arrays)
    except (OSError, KeyError, TypeError, ValueError, safetensors.SafetensorError) as error:
        raise AwacError(f"{path}: can't be read ({error}); delete it, and every run of its seed with it") from error


def _clone_episodes(env: gymnasium.Env, demos: Transitions, clone: Clone, seed: int) -> Iterator[Transitions]:
    trainer = Trainer(env.get_wrapper_attr("task").normalised(demos.observation), clone.trainer, seed)
    trainer.add_prior(demos)
    while trainer.updates < clone.updates:
        trainer.update(min(UPDATES_AT_ONCE, clone.updates - trainer.updates))
    policy = Policy.from_weights(trainer.policy_weights(version=0, environment_steps=0))
    for episode in range(clone.episodes):
        number = episode_seed(seeds.derive(seed, "clone"), episode)
        rng = np.random.default_rng(number)

        def choose_action(observation: np.ndarray, rng: np.random.Generator = rng) -> np.ndarray:
            return policy.sample(observation, rng)

        yield rollout(env, choose_action, seed=number, actor_id="clone", episode=episode).transitions
