"""Reaching, from random motion to a policy, without ROS: python learn.py FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from gymnasium.wrappers import TimeLimit
from reach import Reach

from awac_ros.arms import make_arm
from awac_ros.data import Transitions, demos
from awac_ros.envs.evaluate import evaluate, judge
from awac_ros.envs.random_process import random_episodes
from awac_ros.envs.simulated import SimulatedTask
from awac_ros.learning.policy import Policy
from awac_ros.learning.trainer import Trainer, TrainerConfig


def main(folder: Path) -> None:
    """Leaves random.hdf5, the data, and checkpoints/, the policy."""
    task = Reach()
    env = TimeLimit(SimulatedTask(task, make_arm("bullet")), task.horizon)

    episodes = list(random_episodes(env, seed=0, episodes=range(100)))
    demos.write(folder / "random.hdf5", task.layout, episodes)
    print(f"random motion: {judge(task, episodes).final_success:.0%} of the episodes end at the goal")

    trainer = Trainer(task, TrainerConfig(), seed=0)
    trainer.add_prior(Transitions.concatenate(episode.transitions for episode in episodes))
    trainer.update(2_000)
    trainer.save(folder / "checkpoints")

    policy = Policy.from_weights(trainer.policy_weights(version=0, environment_steps=0))
    print(f"the policy: {evaluate(env, policy.mean, seed=1, episodes=20).final_success:.0%}")
    env.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
