import pytest

from awac_ros.data import Outcome
from awac_ros.data.data_set import DataSet


@pytest.fixture
def data(layout, make_episode):
    """One episode of each outcome, of several lengths and two actors, without masks."""
    episodes = {
        f"e{number}": make_episode(number, 2 + 3 * number, outcome, f"{number % 2:x}" * 32)
        for number, outcome in enumerate(Outcome)
    }
    return DataSet("old", layout, episodes, rule="person")


@pytest.fixture
def assert_same_episodes(assert_same):
    """assert_same_episodes(a, b): two data sets hold the same episodes bit for bit, in the same order."""

    def check(read, written):
        assert read.layout == written.layout and read.rule == written.rule and not read.broken
        for a, b in zip(read.episodes.values(), written.episodes.values(), strict=True):
            assert a.outcome is b.outcome
            assert_same(a.transitions, b.transitions)

    return check
