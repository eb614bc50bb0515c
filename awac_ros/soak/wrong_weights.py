"""A liar on policy/weights beside the learner: each wrong message is refused by name, and the actor goes on."""

from __future__ import annotations

import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_ros.bench.form import Measure, at_least, at_most
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights, sha256
from awac_ros.nodes.messages import stamp, weights_from_message, weights_message
from awac_ros.nodes.qos import KEPT, LATCHED
from awac_ros.soak import records
from awac_ros.soak.effort import Effort
from awac_ros.soak.running_graph import RunningGraph

_PATIENCE = 60.0
_ANSWER_WITHIN = 10.0
_STAMP_OF_LIES = stamp(0.0)
_REFUSED = "weights refused, the old ones stay: "

Lie = Callable[[PolicyWeights, np.random.Generator], PolicyWeightsMessage]
"""Makes a wrong message of what the learner published last."""


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """Tell `effort.wrong_weights` lies, of every kind in turn, to the actor of a graph in lockstep."""
    rng = np.random.default_rng(seed)
    write_checkpoint(folder / "begin")
    unnamed = 0
    with _Graph(folder) as graph:
        if not graph.learns():
            raise AwacError("soak: the graph did not start within a minute; try again on a quieter machine")
        for number in range(effort.wrong_weights):
            words, lie = _LIES[number % len(_LIES)]
            unnamed += not graph.refuses(lie(graph.published[-1], rng), words)
        goes_on = graph.learns()
    with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    strange = ~np.isin(rows.policy_version, [weights.version for weights in graph.published])
    older = np.diff(rows.policy_version) < 0
    return [
        at_least(f"wrong weights published, of {len(_LIES)} kinds", effort.wrong_weights, "messages", 1),
        at_most("of those not refused by name", unnamed, "messages", 0),
        at_least("transitions stored meanwhile", len(rows), "transitions", 1),
        at_most("of those, chosen by weights that the learner did not publish", int(strange.sum()), "transitions", 0),
        at_most("of those, chosen by older weights than the one before", int(older.sum()), "transitions", 0),
        at_most("learners that the actor did not follow afterwards", not goes_on, "learners", 0),
        at_most("nodes that ended by themselves", graph.ended, "nodes", 0),
    ]


def _message(weights: PolicyWeights, **changes: object) -> PolicyWeightsMessage:
    message = weights_message(weights, _STAMP_OF_LIES)
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def _bytes(data: bytes, weights: PolicyWeights) -> PolicyWeightsMessage:
    """Other bytes, whose checksum is right."""
    return _message(weights, safetensors=array.array("B", data), sha256=sha256(data))


def _flipped(weights: PolicyWeights, rng: np.random.Generator) -> PolicyWeightsMessage:
    message = _message(weights)
    message.safetensors[int(rng.integers(len(message.safetensors)))] ^= 1 << int(rng.integers(8))
    return message


def _cut(weights: PolicyWeights, rng: np.random.Generator) -> PolicyWeightsMessage:
    data = weights.to_bytes()
    return _bytes(data[: int(rng.integers(len(data)))], weights)


def _tensor(weights: PolicyWeights, change: Callable[[np.ndarray], np.ndarray]) -> PolicyWeightsMessage:
    """A higher version, one of whose tensors is changed."""
    tensors = {**weights.tensors, "features.matrix": change(weights.tensors["features.matrix"])}
    return _message(replace(weights, tensors=tensors, version=weights.version + 1))


_LIES: tuple[tuple[str, Lie], ...] = (
    ("SHA-256 is not", lambda weights, rng: _message(weights, sha256=rng.bytes(32).hex())),
    ("SHA-256 is not", _flipped),
    ("not the weights of a policy", _cut),
    ("not the weights of a policy", lambda weights, rng: _bytes(rng.bytes(1000), weights)),
    ("is not task pushing's", lambda weights, rng: _message(weights, layout_hash=rng.bytes(8).hex())),
    (
        "these weights are for layout",
        lambda weights, rng: _message(replace(weights, layout_hash="f" * 16), layout_hash=weights.layout_hash),
    ),
    ("says version", lambda weights, rng: _message(weights, version=weights.version + 1)),
    ("came after version", lambda weights, rng: _message(replace(weights, version=max(weights.version - 2, 0)))),
    (
        "is followed; run one learner",
        lambda weights, rng: _message(replace(weights, learner="f" * 16, version=weights.version + 1)),
    ),
    ("which is not finite", lambda weights, rng: _tensor(weights, lambda tensor: tensor * np.float32(np.nan))),
    ("of type float64", lambda weights, rng: _tensor(weights, lambda tensor: tensor.astype(np.float64))),
    ("needs 8 to 2", lambda weights, rng: _tensor(weights, lambda tensor: np.ascontiguousarray(tensor[:, :-1]))),
)
"""What the refusal says, and the lie."""


class _Graph(RunningGraph):
    """A graph in lockstep, whose actor waits for weights after each episode, and a second publisher of them."""

    def __init__(self, folder: Path) -> None:
        arguments = {"mode": "train", "lockstep": True, "checkpoint": str(folder / "begin"), "env_steps": 0}
        super().__init__(folder, arguments, {"learner": {"updates_per_step": 0.1}})
        self.published: list[PolicyWeights] = []
        """By the learner."""
        self._log = folder / "actor.log"
        self._liar = self.monitor.node.create_publisher(PolicyWeightsMessage, "policy/weights", LATCHED)
        # Every version, not only the newest: the actor may act with each.
        self.monitor.listen(PolicyWeightsMessage, "policy/weights", KEPT, self._hear)

    def learns(self) -> bool:
        """Whether two more versions come before patience ends: the second from what the first has acted."""
        wanted = len(self.published) + 2
        return self.until(lambda: len(self.published) >= wanted, _PATIENCE)

    def refuses(self, lie: PolicyWeightsMessage, words: str) -> bool:
        """Whether the actor refuses the message in a sentence with these words."""
        before = self._refusals(words)
        self._liar.publish(lie)
        return self.until(lambda: self._refusals(words) > before, _ANSWER_WITHIN)

    def _refusals(self, words: str) -> int:
        return sum(_REFUSED in line and words in line for line in self._log.read_text().splitlines())

    def _hear(self, message: PolicyWeightsMessage) -> None:
        if message.stamp != _STAMP_OF_LIES:
            self.published.append(weights_from_message(message, records.LAYOUT))
