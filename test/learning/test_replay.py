import numpy as np
import pytest

from awac_ros.data import Transitions
from awac_ros.errors import AwacError
from awac_ros.learning.replay import Replay, ReplayConfig

ORIGINAL = ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
DRAWN = ReplayConfig(original_goals=0.0, drawn_goals=1.0, future_goals=0.0)
FUTURE = ReplayConfig(original_goals=0.0, drawn_goals=0.0, future_goals=1.0)


def mark(transitions, row_numbers):
    """The same transitions with positions that tell which row they are: x = row / 1000, next x = row / 1000 + .0005."""
    observation, next_observation = transitions.observation.copy(), transitions.next_observation.copy()
    observation[:, 0] = np.asarray(row_numbers) / 1000
    next_observation[:, 0] = observation[:, 0] + 0.0005
    columns = {name: getattr(transitions, name) for name in Transitions.__dataclass_fields__}
    return Transitions(**{**columns, "observation": observation, "next_observation": next_observation})


def rows_of(observation):
    return np.rint(observation.numpy()[..., 0] * 1000).astype(int)


def test_every_transition_comes_back_unchanged_without_hindsight(task, rng):
    data = mark(task.episodes(rng, 5), range(50))
    replay = Replay(task, ORIGINAL, seed=0)
    replay.add(data, "prior")
    batch = replay.sample(64, 20)
    assert batch.observation.shape == (20, 64, 2) and batch.reward.shape == (20, 64)
    rows = rows_of(batch.observation)
    assert set(rows.ravel()) == set(range(50))
    for name in ("observation", "action", "reward", "next_observation", "terminated"):
        np.testing.assert_array_equal(getattr(batch, name).numpy(), getattr(data, name)[rows].astype(np.float32))


def test_minibatches_do_not_depend_on_how_many_are_drawn_at_once(task, rng):
    data = task.episodes(rng, 20)
    replays = [Replay(task, ReplayConfig(), seed=3) for _ in range(2)]
    for replay in replays:
        replay.add(data, "prior")
    whole = replays[0].sample(32, 5)
    parts = [replays[1].sample(32, 2), replays[1].sample(32, 3)]
    for column, *pieces in zip(whole, *parts, strict=True):
        np.testing.assert_array_equal(column.numpy(), np.concatenate([piece.numpy() for piece in pieces]))


def test_drawn_goals_change_goal_and_reward_together(task, rng):
    data = mark(task.episodes(rng, 5), range(50))
    replay = Replay(task, DRAWN, seed=0)
    replay.add(data, "prior")
    batch = replay.sample(256, 4)
    observation, next_observation = batch.observation.numpy(), batch.next_observation.numpy()
    np.testing.assert_array_equal(observation[..., 1], next_observation[..., 1])
    np.testing.assert_array_equal(batch.reward.numpy(), task.reward(next_observation))
    np.testing.assert_array_equal(batch.action.numpy(), data.action[rows_of(batch.observation)])
    assert len(np.unique(observation[..., 1])) > 1000 and observation[..., 1].min() < -0.99


@pytest.mark.parametrize("chunk", [1, 7, 50])
def test_future_goals_are_achieved_later_in_the_same_episode(task, rng, chunk):
    data = mark(task.episodes(rng, 5), range(50))
    replay = Replay(task, FUTURE, seed=0)
    for start in range(0, 50, chunk):
        replay.add(data[start : start + chunk], "online")
    batch = replay.sample(256, 20)
    row = rows_of(batch.observation)
    goal_row = np.rint(batch.observation.numpy()[..., 1] * 1000 - 0.5).astype(int)
    assert (goal_row >= row).all() and (goal_row // 10 == row // 10).all()
    assert {(r, g) for r, g in zip(row.ravel(), goal_row.ravel(), strict=True)} == {
        (r, g) for r in range(50) for g in range(r, r // 10 * 10 + 10)
    }
    np.testing.assert_allclose(batch.reward.numpy()[goal_row == row], 0.0, atol=1e-7)


def test_goals_never_cross_episodes_that_arrive_interleaved(task, rng):
    one, other = (task.episodes(rng, 1, actor_id=actor * 32) for actor in "ab")
    data = mark(Transitions.concatenate([one, other]), range(20))
    replay = Replay(task, FUTURE, seed=0)
    for start in range(0, 10, 5):
        replay.add(data[start : start + 5], "online")
        replay.add(data[10 + start : 15 + start], "online")
    batch = replay.sample(256, 4)
    row = rows_of(batch.observation)
    goal_row = np.rint(batch.observation.numpy()[..., 1] * 1000 - 0.5).astype(int)
    assert (goal_row >= row).all() and (goal_row // 10 == row // 10).all()


def test_shares_of_goals(task, rng):
    data = mark(task.episodes(rng, 5), range(50))
    replay = Replay(task, ReplayConfig(0.2, 0.5, 0.3), seed=0)
    replay.add(data, "prior")
    batch = replay.sample(100, 8)
    goal, recorded = batch.observation.numpy()[..., 1], data.observation[rows_of(batch.observation), 1]
    achieved = np.isin(goal, data.next_observation[:, 0])
    assert ((goal == recorded).sum(axis=1) == 20).all()
    assert (achieved.sum(axis=1) == 30).all()


@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 1.0])
def test_online_fraction_is_kept_in_every_minibatch(task, rng, fraction):
    replay = Replay(task, ReplayConfig(1.0, 0.0, 0.0, online_fraction=fraction), seed=0)
    replay.add(mark(task.episodes(rng, 8), range(80)), "prior")
    replay.add(mark(task.episodes(rng, 2, first=8), range(80, 100)), "online")
    rows = rows_of(replay.sample(64, 10).observation)
    assert ((rows >= 80).sum(axis=1) == 64 * fraction).all()
    assert (replay.count("prior"), replay.count("online"), len(replay)) == (80, 20, 100)


def test_what_a_person_did_online_is_drawn_with_the_prior_data_too(task, rng):
    online = mark(task.episodes(rng, 2, first=8), range(80, 100))
    online.intervened[:5] = True
    replay = Replay(task, ReplayConfig(1.0, 0.0, 0.0, online_fraction=0.5), seed=0)
    replay.add(mark(task.episodes(rng, 8), range(80)), "prior")
    replay.add(online, "online")
    rows = rows_of(replay.sample(64, 50).observation)
    assert (replay.count("prior"), replay.count("online"), len(replay)) == (85, 20, 100)
    by_person = ((rows >= 80) & (rows < 85)).mean()
    assert by_person == pytest.approx(0.5 * 5 / 20 + 0.5 * 5 / 85, abs=0.03)


def test_the_share_of_online_data_can_be_changed_on_the_way(task, rng):
    replay = Replay(task, ORIGINAL, seed=0)
    replay.add(mark(task.episodes(rng, 8), range(80)), "prior")
    replay.add(mark(task.episodes(rng, 2, first=8), range(80, 100)), "online")
    replay.configure(ReplayConfig(1.0, 0.0, 0.0, online_fraction=0.75))
    rows = rows_of(replay.sample(64, 10).observation)
    assert ((rows >= 80).sum(axis=1) == 48).all()


def test_without_online_data_everything_comes_from_the_prior(task, rng):
    replay = Replay(task, ReplayConfig(online_fraction=0.5), seed=0)
    replay.add(task.episodes(rng, 2), "prior")
    assert replay.sample(16, 1).reward.shape == (1, 16)


def test_it_goes_on_from_a_saved_state(task, rng):
    data = task.episodes(rng, 300)
    replay = Replay(task, ReplayConfig(), seed=0)
    replay.add(data[:2005], "prior")
    replay.sample(32, 3)
    arrays, about = replay.state()
    again = Replay(task, ReplayConfig(), seed=1)
    again.restore(arrays, about)
    for either in (replay, again):
        either.add(data[2005:], "online")
    for ours, theirs in zip(replay.sample(32, 3), again.sample(32, 3), strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_nothing_can_be_drawn_from_nothing(task):
    replay = Replay(task, ReplayConfig(), seed=0)
    replay.add(Transitions.empty(task.layout), "prior")
    with pytest.raises(AwacError, match="replay is empty; add demos"):
        replay.sample(16, 1)


def test_transitions_of_another_task_or_with_nan_are_refused_and_leave_it_as_it_was(task, rng):
    replay = Replay(task, ReplayConfig(), seed=0)
    bad = task.episodes(rng, 1)
    bad.observation[3, 0] = np.nan
    with pytest.raises(AwacError, match="online transitions: observation is not finite at row 3"):
        replay.add(bad, "online")
    assert len(replay) == 0


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (-0.2, 0.6, 0.6)])
def test_shares_must_sum_to_one(shares):
    with pytest.raises(AwacError, match="make them sum to 1"):
        ReplayConfig(*shares)


def test_online_fraction_must_be_a_share():
    with pytest.raises(AwacError, match="online_fraction is 1.5"):
        ReplayConfig(online_fraction=1.5)
