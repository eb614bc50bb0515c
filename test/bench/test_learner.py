import sys
from pathlib import Path

import pytest

from awac_ros.bench.learner import GYM, flops
from awac_ros.bench.peer import Peer, Sizes
from awac_ros.errors import AwacError


def test_flops_are_those_of_the_products_counted_one_by_one():
    sizes = Sizes(observation=3, action=2, batch=10, hidden=(4, 5))
    policy_forward, critic_forward = 3 * 4 + 4 * 5 + 5 * 2, 5 * 4 + 4 * 5 + 5 * 1
    policy = 2 * policy_forward + policy_forward + (4 * 5 + 5 * 2)
    critic = 3 * critic_forward + critic_forward + (4 * 5 + 5 * 1)
    assert flops(sizes) == 2 * 10 * (policy + 2 * critic)


def test_a_peers_python_without_d3rlpy_is_one_sentence():
    with pytest.raises(AwacError, match=r"d3rlpy does not run there \(ModuleNotFoundError.*pip install d3rlpy"):
        Peer(Path(sys.executable), GYM, threads=1)


def test_a_peers_python_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(AwacError, match="can't be run .* name the Python that has d3rlpy"):
        Peer(tmp_path / "python", GYM, threads=1)
