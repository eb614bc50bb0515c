"""Steps as other projects record them, made into transitions: what is the next observation, and where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.transitions import Transitions
from awac_ros.errors import AwacError


@dataclass(frozen=True, eq=False)
class Recording:
    """N steps of E whole episodes, end to end and in order."""

    observation: np.ndarray
    """(N, observation_size)."""
    action: np.ndarray
    """(N, action_size)."""
    reward: np.ndarray
    """(N,)."""
    terminated: np.ndarray
    """(N,) bool."""
    truncated: np.ndarray
    """(N,) bool."""
    ends: np.ndarray
    """(N,) bool: the last step of every episode; wherever a step is terminated or truncated, and at the last of all."""
    next_observation: np.ndarray | None = None
    """(N, observation_size), where it was recorded."""
    final_observation: np.ndarray | None = None
    """(E, observation_size): the true observation after each episode's last step, where it was recorded."""
    success: np.ndarray | None = None
    """(N,) bool: whether the goal counts as reached, where it was recorded."""

    def transitions(self, source: str, actor_id: str, *, clip_actions: bool, first_episode: int = 0) -> Transitions:
        """The steps whose next observation is known, or does not matter since they are terminated.

        Where none was recorded, it is the observation of the episode's next step, never of the next episode. So the
        last step of an episode that was cut goes, and the one before it becomes the cut. At a terminated step the
        own observation stands in: nothing is bootstrapped from it. An end without a flag counts as a cut. Times are
        counts of steps. AwacError, naming `source` and the row in it, if a value does not fit.
        """
        starts = np.flatnonzero(np.append(True, self.ends[:-1]))
        episode = np.append(0, np.cumsum(self.ends[:-1]))
        step = np.arange(len(self.ends)) - starts[episode]
        next_observation, known = self._next_observation()
        cut = self.ends & ~self.terminated
        cut[:-1] |= ~known[1:] & ~self.ends[:-1]
        count = len(self.ends)
        rows = Transitions(
            observation=self.observation,
            action=self._action(source, clip_actions),
            reward=self.reward,
            next_observation=next_observation,
            terminated=self.terminated,
            truncated=self.truncated | cut,
            intervened=np.zeros(count, bool),
            policy_version=np.full(count, -1),
            step_time=step,
            actor_id=np.full(count, actor_id),
            episode=first_episode + episode,
            step=step,
        )
        rows.check_values(source)
        return rows[known]

    def episodes(self, source: str, actor_id: str, *, clip_actions: bool, first_episode: int = 0) -> dict[int, Episode]:
        """What `transitions` gives, by episodes, counted from 0; one of which no step can be used is left out.

        An episode that is in success at its last step is one.
        """
        rows = self.transitions(source, actor_id, clip_actions=clip_actions, first_episode=first_episode)
        outcomes = [Outcome.UNKNOWN] * int(self.ends.sum())
        if self.success is not None:
            outcomes = [Outcome.SUCCESS if last else Outcome.FAILURE for last in self.success[self.ends]]
        starts = np.flatnonzero(rows.step == 0)
        parts = (rows[start:stop] for start, stop in zip(starts, np.append(starts[1:], len(rows)), strict=True))
        numbered = {int(part.episode[0]) - first_episode: part for part in parts}
        return {number: Episode(part, outcomes[number]) for number, part in numbered.items()}

    def cut_actions(self) -> str | None:
        """How many actions `clip_actions` changes, in words; None where all lie in [-1, 1]."""
        size = np.abs(self.action).max(axis=1, initial=0.0)
        outside = size > 1.0 + 1e-6
        if not outside.any():
            return None
        return f"{outside.mean():.0%} of its actions lie outside [-1, 1], up to {size.max():.3g}, and are cut"

    def _next_observation(self) -> tuple[np.ndarray, np.ndarray]:
        """(N, observation_size), and (N,) bool: whether the row can be used."""
        if self.next_observation is not None:
            return self.next_observation, np.ones(len(self.ends), bool)
        shifted = np.concatenate((self.observation[1:], self.observation[-1:]))
        if self.final_observation is not None:
            shifted[self.ends] = self.final_observation
            return shifted, np.ones(len(self.ends), bool)
        shifted[self.ends] = self.observation[self.ends]
        return shifted, ~self.ends | self.terminated

    def _action(self, source: str, clip: bool) -> np.ndarray:
        if clip:
            return np.where(np.isfinite(self.action), np.clip(self.action, -1.0, 1.0), self.action)
        size = np.abs(self.action).max(axis=1, initial=0.0)
        outside = np.isfinite(size) & (size > 1.0 + 1e-6)
        if outside.any():
            raise AwacError(
                f"{source}: action at row {np.argmax(outside)} lies outside [-1, 1], and the largest entry of all is "
                f"{size[outside].max():.3g}; scale the actions, or cut them with clip_actions (awac "
                "data import --clip-actions)"
            )
        return self.action
