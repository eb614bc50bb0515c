import numpy as np
import pytest

from awac_ros.data import EpisodeBuilder, Outcome
from awac_ros.errors import AwacError
from awac_ros.tasks import Pushing, task_of
from awac_ros.tasks.relabel import relabel

LAYOUT = Pushing().layout
GOAL = np.array([0.55, -0.1, 0.65, 0.15], np.float32)


@pytest.fixture
def episode():
    """The puck ends 3 cm from (0.6, 0), and far from GOAL."""
    builder = EpisodeBuilder("a", 0)
    path = [[0.5, 0.0, 0.55 + 0.01 * step, 0.03, 0.6, 0.0, 0.6, 0.0] for step in range(6)]
    for step in range(5):
        builder.add(path[step], [1, 0], -9.0, path[step + 1], truncated=step == 4, step_time=0.1 * step)
    return builder.finish(Outcome.FAILURE)


def test_rewards_are_the_tasks_own_of_today(episode):
    sparse = relabel(task_of(LAYOUT, "old"), episode, "sparse")
    dense = relabel(task_of(LAYOUT, "old"), episode)
    distances = np.hypot(0.6 - episode.transitions.next_observation[:, 2], 0.03)
    np.testing.assert_allclose(dense.transitions.reward, -distances, atol=1e-6)
    assert sparse.transitions.reward.tolist() == [0.0 if distance < 0.06 else -1.0 for distance in distances]
    assert sparse.outcome is Outcome.FAILURE, "a person's verdict stays"
    assert sparse.transitions.actor_id[0] == "a"


def test_by_a_persons_rule_the_label_alone_is_the_reward_and_the_end(episode):
    rows = relabel(Pushing(), type(episode)(episode.transitions, Outcome.SUCCESS), "person").transitions
    assert rows.reward.tolist() == [-1, -1, -1, -1, 0]
    assert rows.terminated.tolist() == [False] * 4 + [True] and not rows.truncated.any()
    assert relabel(Pushing(), episode, "person").transitions.reward.tolist() == [-1] * 5


def test_from_a_persons_rule_back_to_the_tasks_nothing_of_the_label_stays(episode):
    judged = relabel(Pushing(), type(episode)(episode.transitions, Outcome.SUCCESS), "person")
    back, direct = relabel(Pushing(), judged).transitions, relabel(Pushing(), episode).transitions
    for name, column in vars(direct).items():
        np.testing.assert_array_equal(getattr(back, name), column)


def test_an_episode_that_nobody_judged_gets_the_tasks_verdict(episode):
    unknown = type(episode)(episode.transitions, Outcome.UNKNOWN)
    assert relabel(Pushing(), unknown).outcome is Outcome.SUCCESS


def test_under_its_achieved_goal_every_episode_is_a_success_with_a_new_key(episode):
    made = relabel(Pushing(), episode, goal="achieved")
    rows, old = made.transitions, episode.transitions
    assert made.success
    np.testing.assert_array_equal(rows.observation[:, 4:], np.tile(old.next_observation[-1, :4], (5, 1)))
    np.testing.assert_array_equal(rows.next_observation[:, 4:], rows.observation[:, 4:])
    np.testing.assert_array_equal(rows.observation[:, :4], old.observation[:, :4])
    assert rows.reward[-1] == 0.0 and (np.diff(rows.reward) > 0).all()
    assert (
        rows.actor_id[0] != "a"
        and relabel(Pushing(), episode, goal="achieved").transitions.actor_id[0] == rows.actor_id[0]
    )
    assert relabel(Pushing(), episode, goal=GOAL).transitions.actor_id[0] != rows.actor_id[0]


def test_a_given_goal_stands_in_every_observation(episode):
    made = relabel(Pushing(), episode, goal=GOAL)
    np.testing.assert_array_equal(made.transitions.observation[:, 4:], np.tile(GOAL, (5, 1)))
    assert made.outcome is Outcome.FAILURE
    with pytest.raises(AwacError, match="a goal of task pushing has 4 entries, not 2"):
        relabel(Pushing(), episode, goal=GOAL[:2])
