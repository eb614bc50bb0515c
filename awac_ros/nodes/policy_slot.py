"""The policy in use, and what is allowed to replace it."""

from __future__ import annotations

from pathlib import Path

from awac_ros.errors import AwacError
from awac_ros.learning.policy import Policy
from awac_ros.learning.weights import PolicyWeights


class PolicySlot:
    """Holds the newest good policy; refused weights are counted and leave it as it was."""

    def __init__(self) -> None:
        self.policy: Policy | None = None
        self.version = -1
        """Of the policy in use; -1 while there is none."""
        self.environment_steps = -1
        """Transitions behind the policy in use; -1 while no learner has published one."""
        self.refused = 0
        self.refusal: str | None = None
        """Why the newest weights were refused; None once good ones have come."""
        self._received = 0.0
        self._from_learner = False

    def load(self, path: Path, layout_hash: str, now: float) -> None:
        """Use the weights of a file until the learner publishes; AwacError if it holds no policy of this layout."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise AwacError(f"{path}: weights can't be read ({error.strerror}); name a saved file") from error
        self._use(PolicyWeights.from_bytes(data, source=str(path), layout_hash=layout_hash), now)

    def offer(self, weights: PolicyWeights, now: float) -> None:
        """Use the learner's weights from now (monotonic s) on; AwacError if they are older or make no policy."""
        if self._from_learner and weights.version < self.version:
            raise AwacError(
                f"policy/weights: version {weights.version} came after version {self.version}; "
                "run one learner, and let it continue from its own checkpoint"
            )
        if self._from_learner and weights.version == self.version:
            return
        self._use(weights, now)
        self.environment_steps = weights.environment_steps
        self._from_learner = True

    def refuse(self, reason: str) -> None:
        """Count weights that can't be used; `reason` names what is wrong."""
        self.refused += 1
        self.refusal = reason

    def age(self, now: float) -> float:
        """s since the weights in use came; -1 while there are none."""
        return now - self._received if self.policy is not None else -1.0

    def _use(self, weights: PolicyWeights, now: float) -> None:
        self.policy = Policy.from_weights(weights)
        self.version = weights.version
        self.refusal = None
        self._received = now
