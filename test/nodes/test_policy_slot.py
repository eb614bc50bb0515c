from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes.policy_slot import PolicySlot
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def weights(version: int, environment_steps: int = 0) -> PolicyWeights:
    tensors = {
        "features.matrix": np.eye(8, dtype=np.float32),
        "features.offset": np.zeros(8, np.float32),
        "layer0.weight": np.zeros((2, 8), np.float32),
        "layer0.bias": np.zeros(2, np.float32),
        "log_std_range": np.array([-6.0, 0.0], np.float32),
        "log_std_logit": np.zeros(2, np.float32),
    }
    return PolicyWeights(tensors, LAYOUT.hash, version, 0, environment_steps)


def test_the_newest_version_wins_and_an_older_one_is_refused() -> None:
    slot = PolicySlot(LAYOUT)
    slot.offer(weights(3, environment_steps=200), now=1.0)
    with pytest.raises(AwacError, match="version 2 came after version 3"):
        slot.offer(weights(2), now=2.0)
    assert (slot.version, slot.environment_steps, slot.age(3.0)) == (3, 200, 2.0)


def test_a_file_is_used_until_the_learner_publishes_whatever_its_version(tmp_path: Path) -> None:
    slot, path = PolicySlot(LAYOUT), tmp_path / "policy.safetensors"
    path.write_bytes(weights(90).to_bytes())
    assert slot.age(0.0) == -1.0
    slot.load(path, now=0.0)
    assert (slot.version, slot.environment_steps) == (90, -1)
    slot.offer(weights(1), now=1.0)
    assert slot.version == 1


def test_refusals_are_counted_and_good_weights_end_the_complaint() -> None:
    slot = PolicySlot(LAYOUT)
    slot.refuse("policy/weights: damaged")
    assert (slot.refused, slot.refusal) == (1, "policy/weights: damaged")
    slot.offer(weights(1), now=0.0)
    assert (slot.refused, slot.refusal) == (1, None)


def test_a_second_learner_is_refused_whatever_its_version_and_the_first_goes_on() -> None:
    slot = PolicySlot(LAYOUT)
    slot.offer(replace(weights(3), learner="a" * 16), now=1.0)
    with pytest.raises(AwacError, match="version 9 comes from learner bbbb.*but aaaa.* is followed; run one learner"):
        slot.offer(replace(weights(9), learner="b" * 16), now=2.0)
    slot.offer(replace(weights(4), learner="a" * 16), now=3.0)
    assert slot.version == 4


@pytest.mark.parametrize(
    ("name", "tensor", "sentence"),
    [
        (
            "features.matrix",
            np.ones((8, 7), np.float32),
            "version 5 maps 7 numbers to 2, but task pushing needs 8 to 2",
        ),
        ("layer0.bias", np.full(2, np.nan, np.float32), "layer0.bias, which is not finite"),
        ("layer0.weight", np.zeros((2, 8)), "layer0.weight of type float64"),
    ],
)
def test_weights_that_could_not_act_are_refused_and_the_old_ones_stay(name, tensor, sentence: str) -> None:
    slot = PolicySlot(LAYOUT)
    slot.offer(weights(3), now=1.0)
    bad = weights(5)
    with pytest.raises(AwacError, match=sentence):
        slot.offer(replace(bad, tensors={**bad.tensors, name: tensor}), now=2.0)
    assert (slot.version, slot.policy.version) == (3, 3)
