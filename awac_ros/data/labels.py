"""A person's labels: what an outcome said afterwards makes of an episode's rewards, by the rule that they follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast, get_args

import numpy as np

from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError

LiveRule = Literal["task", "person"]
"""What an actor can be told to reward by."""
RewardRule = Literal["task", "sparse", "person"]
"""task: what the task or another program measures, whatever the outcome. sparse: -1 a step, and 0 where the goal counts
as reached. person: -1 a step, and 0 for the last one of a success, which terminates the episode, so that a value is the
negative number of steps still to go."""
UNSAID: RewardRule = "task"
"""Of data that do not say their rule."""
STEP_REWARD, SUCCESS_REWARD = -1.0, 0.0


def relabel(episode: Episode, outcome: Outcome, rule: RewardRule) -> Episode:
    """The episode with another outcome, and with rewards that say the same, where the rule's do.

    task: nothing else changes. sparse: a success ends with 0, a failure never has it. person: as it would stand here
    had it been judged so when it ended.
    """
    rows = episode.transitions
    if rule == "person":
        rows = judged(rows, outcome)
    elif rule == "sparse":
        reward = rows.reward.copy()
        if outcome is Outcome.SUCCESS:
            reward[-1] = SUCCESS_REWARD
        elif outcome is Outcome.FAILURE:
            reward[:] = STEP_REWARD
        rows = replace(rows, reward=reward)
    return Episode(rows, outcome)


def judged(rows: Transitions, outcome: Outcome) -> Transitions:
    """All steps of one episode, with a person's rewards for it: a success terminates it, anything else cuts it."""
    last, success = np.arange(len(rows)) == len(rows) - 1, outcome is Outcome.SUCCESS
    return replace(
        rows,
        reward=np.where(last & success, SUCCESS_REWARD, STEP_REWARD).astype(np.float32),
        terminated=last & success,
        truncated=last & (not success),
    )


def named_rule(text: object, source: str) -> RewardRule:
    """The rule of this name; AwacError, naming `source`, if there is none."""
    if text not in get_args(RewardRule):
        raise AwacError(f"{source}: its rewards' rule is {text!r}; it must be one of {', '.join(get_args(RewardRule))}")
    return cast(RewardRule, text)


def check_same_rule(wanted: RewardRule, found: RewardRule, source: str) -> None:
    """Raise AwacError, naming `source`, unless `found`, the rule of its rewards, is the wanted one."""
    if found != wanted:
        raise AwacError(
            f"{source} holds rewards by the rule {found}, which don't go with those by the rule {wanted}; choose "
            f"another file, or make them the same with awac data relabel --reward {wanted}"
        )
