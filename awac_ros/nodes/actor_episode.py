"""One episode of the actor: observe -> choose -> command -> transition; it knows no ROS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.data import EpisodeBuilder, Outcome, Transitions
from awac_ros.data.labels import STEP_REWARD, SUCCESS_REWARD, LiveRule
from awac_ros.errors import AwacError
from awac_ros.nodes.observer import Moment
from awac_ros.tasks import ArmTask


@dataclass(frozen=True)
class Choice:
    """An action and who chose it."""

    action: np.ndarray
    """(action_size,) float32 in [-1, 1]."""
    intervened: bool = False
    policy_version: int = -1


@dataclass(frozen=True)
class _Step:
    """A step that is done, before it is known whether another follows it."""

    observation: np.ndarray
    choice: Choice
    next_observation: np.ndarray
    time: float


class ActorEpisode:
    """Turns observed moments and chosen actions into transitions until a mark or the limit ends it.

    Call `observe` at every control instant and, while it returns False, `act` or `hold` once after it.
    """

    def __init__(
        self, task: ArmTask, goal: np.ndarray, actor_id: str, number: int, limit: int, rewards: LiveRule = "task"
    ) -> None:
        self._task = task
        self._goal = goal
        self._limit = limit
        self._rewards = rewards
        self._builder = EpisodeBuilder(actor_id, number)
        self._moment: Moment | None = None
        self._choice: Choice | None = None
        self._step: _Step | None = None
        self._sent = 0
        self._verdict: Outcome | None = None
        self.number = number
        self.observation = np.zeros(task.layout.observation_size, np.float32)
        """The newest observation."""
        self.sum_of_rewards = 0.0

    def __len__(self) -> int:
        return len(self._builder)

    def observe(self, moment: Moment, verdict: Outcome | None = None) -> bool:
        """Complete the step that the last action began; whether the episode has ended here.

        A `verdict` of the operator ends it, as does the limit: its last step is cut there (or, where rewards are the
        person's, terminated by a success), and its next observation is the one that followed its action.
        """
        observation = self._task.observe(moment.world, self._goal)
        ended = verdict is not None
        if self._choice is not None:
            assert self._moment is not None
            self._step = _Step(self.observation, self._choice, observation, self._moment.time)
            self._choice = None
            ended |= len(self) + 1 >= self._limit
        self._moment, self.observation, self._verdict = moment, observation, verdict
        if ended:
            self._add_step(ended=True)
        return ended

    def act(self, choice: Choice) -> np.ndarray:
        """The twist (6,) to command for the chosen action; AwacError if the action is not finite."""
        self._add_step(ended=False)
        if not np.isfinite(choice.action).all():
            raise AwacError(
                f"policy version {choice.policy_version} chose the action {choice.action.tolist()}; "
                "go back to a checkpoint whose weights are finite"
            )
        assert self._moment is not None
        self._choice = choice
        return self._task.twist(choice.action, self._moment.world)

    def hold(self) -> np.ndarray:
        """The twist (6,) to command while nobody acts: nothing is recorded until the next action."""
        assert self._moment is not None
        return self._task.twist(np.zeros(self._task.layout.action_size), self._moment.world)

    @property
    def outcome(self) -> Outcome:
        """The operator's verdict; without one the task's own of the newest observation, or where rewards are the
        person's, a failure. An empty episode is discarded."""
        if len(self) == 0:
            return Outcome.DISCARDED
        if self._verdict is not None:
            return self._verdict
        if self._rewards == "person":
            return Outcome.FAILURE
        return Outcome.SUCCESS if self._task.success(self.observation) else Outcome.FAILURE

    def take_new(self) -> Transitions | None:
        """The transitions made since the last call, or None if there are none."""
        if self._sent == len(self):
            return None
        new = self._builder.transitions(self._sent)
        self._sent = len(self)
        return new

    def _add_step(self, ended: bool) -> None:
        step, self._step = self._step, None
        if step is None:
            return
        terminated = self._rewards == "person" and self._verdict is Outcome.SUCCESS
        if self._rewards == "person":
            reward = SUCCESS_REWARD if terminated else STEP_REWARD
        else:
            reward = float(self._task.reward(step.next_observation))
        self.sum_of_rewards += reward
        self._builder.add(
            step.observation,
            step.choice.action,
            reward,
            step.next_observation,
            terminated=terminated,
            truncated=ended and not terminated,
            intervened=step.choice.intervened,
            policy_version=step.choice.policy_version,
            step_time=step.time,
        )
