import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights, sha256


@pytest.fixture
def weights():
    tensors = {"layer0.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "layer0.bias": np.ones(2, np.float32)}
    return PolicyWeights(tensors, "0123456789abcdef", version=7, learner_step=25_000, environment_steps=400)


def test_bytes_carry_everything(weights):
    data = weights.to_bytes()
    again = PolicyWeights.from_bytes(
        data, source="policy/weights", layout_hash="0123456789abcdef", checksum=sha256(data)
    )
    assert (again.layout_hash, again.version, again.learner_step, again.environment_steps) == (
        "0123456789abcdef",
        7,
        25_000,
        400,
    )
    assert again.tensors.keys() == weights.tensors.keys()
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(again.tensors[name], tensor)
    assert again.to_bytes() == data


@pytest.mark.parametrize("version", [-1, 2**63, "7", 7.5, True, None])
def test_a_version_that_is_no_count_is_refused(weights, version):
    data = dataclasses.replace(weights, version=version).to_bytes()
    with pytest.raises(AwacError, match=f"not the weights of a policy .*version is {version!r}"):
        PolicyWeights.from_bytes(data, source="policy/weights")


def test_a_header_nested_a_thousandfold_is_refused():
    header = b"[" * 100_000
    with pytest.raises(AwacError, match="not the weights of a policy"):
        PolicyWeights.from_bytes(len(header).to_bytes(8, "little") + header, source="policy/weights")


def test_one_flipped_bit_is_noticed(weights):
    data = weights.to_bytes()
    damaged = bytearray(data)
    damaged[-3] ^= 1
    with pytest.raises(AwacError, match=r"policy/weights.*SHA-256.*publish them again"):
        PolicyWeights.from_bytes(bytes(damaged), source="policy/weights", checksum=sha256(data))


def test_weights_of_another_layout_are_refused(weights):
    with pytest.raises(AwacError, match="layout 0123456789abcdef, not for fedcba9876543210"):
        PolicyWeights.from_bytes(weights.to_bytes(), source="x.safetensors", layout_hash="fedcba9876543210")


@pytest.mark.parametrize("data", [b"", b"12345678", b"\x02\0\0\0\0\0\0\0{}", b"\xff" * 64])
def test_other_bytes_are_no_weights(data):
    with pytest.raises(AwacError, match=r"x\.safetensors: not the weights of a policy"):
        PolicyWeights.from_bytes(data, source="x.safetensors")


def test_truncated_bytes_are_no_weights(weights):
    with pytest.raises(AwacError, match="not the weights of a policy"):
        PolicyWeights.from_bytes(weights.to_bytes()[:-4], source="x.safetensors")


def test_an_actor_needs_no_torch():
    check = "import sys, awac_ros.learning.policy, awac_ros.learning.checkpoint; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
