"""The learner's books: how many updates the transitions so far have earned, and when a policy is due. No ROS here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How learning keeps step with acting."""

    updates_per_step: float
    """Gradient updates for each environment step."""
    warmup_steps: int
    """Environment steps that earn no updates."""
    policy_every: int
    """A policy is due each time so many environment steps are trained on."""
    env_steps: int
    """Training is complete after so many environment steps; 0: never."""
    lockstep: bool
    """Take in new transitions only once all earned updates are done."""


class Ledger:
    """Counts environment steps and updates, and answers what may be done next.

    Whatever order the calls come in, after n environment steps `owed` reaches 0 at exactly
    floor(updates_per_step * (n - warmup_steps)) updates.
    """

    def __init__(self, pace: Pace, environment_steps: int = 0, updates: int = 0) -> None:
        self._pace = pace
        self.environment_steps = environment_steps
        """Transitions taken in."""
        self.updates = updates
        """Online updates done."""
        # The policy of a boundary reached just before a restart may not have been written: it is due again.
        self._policies = max(environment_steps - 1, 0) // pace.policy_every

    @property
    def owed(self) -> int:
        """Updates earned but not yet done."""
        earned = int(self._pace.updates_per_step * max(0, self.environment_steps - self._pace.warmup_steps))
        return max(0, earned - self.updates)

    @property
    def room(self) -> int:
        """How many transitions may be taken in now; never past the step where a policy is due."""
        if self.policy_due or (self._pace.lockstep and self.owed):
            return 0
        return self._pace.policy_every - self.environment_steps % self._pace.policy_every

    @property
    def policy_due(self) -> bool:
        """Whether the policy of this number of environment steps should be written; in lockstep once it is trained."""
        reached = self.environment_steps // self._pace.policy_every
        return reached > self._policies and not (self._pace.lockstep and self.owed)

    @property
    def complete(self) -> bool:
        """All the environment steps asked for are trained on."""
        return 0 < self._pace.env_steps <= self.environment_steps and not self.owed

    def took(self, transitions: int) -> None:
        self.environment_steps += transitions

    def updated(self, updates: int) -> None:
        self.updates += updates

    def wrote_policy(self) -> None:
        self._policies = self.environment_steps // self._pace.policy_every
