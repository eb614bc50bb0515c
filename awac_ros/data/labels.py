"""A person's labels: what an outcome said afterwards makes of an episode, and rewards that are the labels alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.transitions import Transitions

RewardRule = Literal["task", "person"]
"""task: the task's own reward of every step, whatever the outcome. person: -1 a step, and 0 for the one that succeeds,
which terminates the episode, so that a value is the negative number of steps still to go."""
STEP_REWARD, SUCCESS_REWARD = -1.0, 0.0


def relabel(episode: Episode, outcome: Outcome, rule: RewardRule) -> Episode:
    """The episode as it would stand here had it been judged so when it ended."""
    return Episode(judged(episode.transitions, outcome) if rule == "person" else episode.transitions, outcome)


def judged(rows: Transitions, outcome: Outcome) -> Transitions:
    """All steps of one episode, with a person's rewards for it: a success terminates it, anything else cuts it."""
    last, success = np.arange(len(rows)) == len(rows) - 1, outcome is Outcome.SUCCESS
    return replace(
        rows,
        reward=np.where(last & success, SUCCESS_REWARD, STEP_REWARD).astype(np.float32),
        terminated=last & success,
        truncated=last & (not success),
    )
