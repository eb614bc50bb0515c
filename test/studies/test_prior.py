"""The prior data of a seed are the stated parts in the stated order, and come back from the disk bit for bit."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.studies import prior
from awac_ros.studies.catalog import STUDIES
from awac_ros.studies.study import Prior

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def columns(transitions):
    return {field.name: getattr(transitions, field.name) for field in fields(transitions)}


def test_random_episodes_come_back_from_the_disk_bit_for_bit(smoke_prior, tmp_path):
    prior.save(tmp_path / "prior", smoke_prior)
    loaded = columns(prior.load(tmp_path / "prior"))
    for name, column in columns(smoke_prior).items():
        assert column.dtype == loaded[name].dtype
        np.testing.assert_array_equal(column, loaded[name])


def test_the_random_process_of_a_seed_is_always_the_same(smoke, smoke_prior):
    again, other = (prior.make_prior(smoke, seed, None, print) for seed in (0, 1))
    assert len(smoke_prior) == 100
    np.testing.assert_array_equal(smoke_prior.observation, again.observation)
    assert not np.array_equal(smoke_prior.action, other.action)


@pytest.mark.skipif(not DATA.is_dir(), reason="the demonstrations of the hand are not on this machine")
def test_a_clones_episodes_follow_the_demonstrations_of_a_file():
    door = STUDIES["door"]
    clone = replace(door.prior.clone, updates=20, episodes=2)
    made, again = (
        prior.make_prior(replace(door, prior=replace(door.prior, clone=clone)), 3, DATA, print) for _ in range(2)
    )
    assert len(made) == 25 * 200 + 2 * 200
    assert set(np.unique(made.reward)) == {-1.0, 0.0}
    assert set(made.actor_id[5000:]) == {"clone"}
    assert np.abs(made.action[5000:]).max() <= 1.0
    np.testing.assert_array_equal(made.action, again.action)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(AwacError, match=r"demos.h5: there is no such file of prior data; .* --data"):
        prior.find_files(Prior(("demos.h5",)), tmp_path)


def test_a_damaged_file_of_the_study_is_one_sentence(smoke_prior, tmp_path):
    prior.save(tmp_path / "prior", smoke_prior)
    (tmp_path / "prior").write_bytes((tmp_path / "prior").read_bytes()[:-1])
    with pytest.raises(AwacError, match=r"prior: can't be read .*delete it"):
        prior.load(tmp_path / "prior")
