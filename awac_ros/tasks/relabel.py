"""Old episodes under another goal, or with the rewards of another rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from awac_ros.data import Episode, Outcome, Transitions
from awac_ros.data.edit import derived_ids
from awac_ros.data.labels import STEP_REWARD, SUCCESS_REWARD, RewardRule, judged
from awac_ros.errors import AwacError
from awac_ros.tasks.arm_task import ArmTask

Goal = np.ndarray | Literal["achieved"] | None
"""(goal_size,), or what each episode has achieved at its end, or each episode's own."""


def relabel(task: ArmTask, episode: Episode, rule: RewardRule = "task", goal: Goal = None) -> Episode:
    """The same motion with rewards by this rule as they are today, under another goal if one is given.

    Only a person's success terminates; every other end becomes a cut. Under another goal the episode has a new key,
    and the task's own verdict at its end is its outcome; so has an episode that nobody judged. AwacError if the goal
    has another size.
    """
    rows = episode.transitions
    outcome = episode.outcome
    if goal is not None:
        wanted = task.achieved_goal(rows.next_observation[-1])
        if not isinstance(goal, str):
            if goal.shape != wanted.shape:
                raise AwacError(f"a goal of task {task.name} has {wanted.size} entries, not {goal.size}; give them all")
            wanted = goal.astype(np.float32)
        same_goal = np.broadcast_to(wanted, (len(rows), wanted.size))
        rows = replace(
            rows,
            observation=task.with_goal(rows.observation, same_goal),
            next_observation=task.with_goal(rows.next_observation, same_goal),
            actor_id=derived_ids(rows, f"goal {wanted.tolist()}"),
        )
        outcome = Outcome.UNKNOWN
    if outcome is Outcome.UNKNOWN:
        outcome = Outcome.SUCCESS if task.success(rows.next_observation[-1]) else Outcome.FAILURE
    return Episode(_rewarded(task, rows, outcome, rule), outcome)


def _rewarded(task: ArmTask, rows: Transitions, outcome: Outcome, rule: RewardRule) -> Transitions:
    if rule == "person":
        return judged(rows, outcome)
    reward = task.reward(rows.next_observation)
    if rule == "sparse":
        reward = np.where(task.success(rows.next_observation), SUCCESS_REWARD, STEP_REWARD).astype(np.float32)
    cut = rows.truncated | rows.terminated
    return replace(rows, reward=reward, terminated=np.zeros_like(cut), truncated=cut)
