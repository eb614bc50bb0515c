"""The policy in use, and what is allowed to replace it."""

from __future__ import annotations

from pathlib import Path

from awac_ros.data import Layout
from awac_ros.errors import AwacError
from awac_ros.learning.policy import Policy
from awac_ros.learning.weights import PolicyWeights


class PolicySlot:
    """Holds the newest good policy; refused weights are counted and leave it as it was."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.policy: Policy | None = None
        self.version = -1
        """Of the policy in use; -1 while there is none."""
        self.environment_steps = -1
        """Transitions behind the policy in use; -1 while no learner has published one."""
        self.refused = 0
        self.refusal: str | None = None
        """Why the newest weights were refused; None once good ones have come."""
        self._received = 0.0
        self._learner: str | None = None

    def load(self, path: Path, now: float) -> None:
        """Use the weights of a file until the learner publishes; AwacError if it holds no policy of this layout."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise AwacError(f"{path}: weights can't be read ({error.strerror}); name a saved file") from error
        self._use(PolicyWeights.from_bytes(data, source=str(path), layout_hash=self._layout.hash), now)

    def offer(self, weights: PolicyWeights, now: float) -> None:
        """Use the learner's weights from now (monotonic s) on; AwacError if they are older or make no policy.

        The first learner that is heard is followed, and no other.
        """
        if self._learner not in (None, weights.learner):
            raise AwacError(
                f"policy/weights: version {weights.version} comes from learner {weights.learner or '(unnamed)'}, but "
                f"{self._learner or '(unnamed)'} is followed; run one learner, or start the actor again to follow this"
            )
        if self._learner is not None and weights.version < self.version:
            raise AwacError(
                f"policy/weights: version {weights.version} came after version {self.version}; "
                "run one learner, and let it continue from its own checkpoint"
            )
        if self._learner is not None and weights.version == self.version:
            return
        self._use(weights, now)
        self.environment_steps = weights.environment_steps
        self._learner = weights.learner

    def refuse(self, reason: str) -> None:
        """Count weights that can't be used; `reason` names what is wrong."""
        self.refused += 1
        self.refusal = reason

    def age(self, now: float) -> float:
        """s since the weights in use came; -1 while there are none."""
        return now - self._received if self.policy is not None else -1.0

    def _use(self, weights: PolicyWeights, now: float) -> None:
        policy = Policy.from_weights(weights)
        sizes = policy.observation_size, policy.action_size
        wanted = self._layout.observation_size, self._layout.action_size
        if sizes != wanted:
            raise AwacError(
                f"policy version {weights.version} maps {sizes[0]} numbers to {sizes[1]}, but task {self._layout.task} "
                f"needs {wanted[0]} to {wanted[1]}; use weights trained on this task"
            )
        self.policy = policy
        self.version = weights.version
        self.refusal = None
        self._received = now
