import gymnasium
import numpy as np
import pytest

from awac_ros.data import Outcome, Transitions
from awac_ros.envs import PUSHING_ID
from awac_ros.envs.evaluate import evaluate, judge
from awac_ros.envs.random_process import OrnsteinUhlenbeck, random_episodes
from awac_ros.envs.rollout import rollouts


@pytest.fixture(scope="module")
def env() -> gymnasium.Env:
    return gymnasium.make(PUSHING_ID)


def same_steps(a: Transitions, b: Transitions) -> bool:
    return all(
        np.array_equal(getattr(a, column), getattr(b, column))
        for column in ("observation", "action", "reward", "next_observation")
    )


def test_the_next_observation_of_the_truncated_step_is_the_true_one(env: gymnasium.Env) -> None:
    first, second = rollouts(env, lambda _: np.array([0.5, 0.5]), seed=1, episodes=range(2))
    rows = first.transitions
    assert len(rows) == 200 and rows.truncated[-1] and not rows.terminated.any()
    np.testing.assert_array_equal(rows.observation[1:], rows.next_observation[:-1])
    np.testing.assert_array_equal(rows.next_observation[-1, 4:], rows.observation[0, 4:])
    assert not np.array_equal(rows.next_observation[-1], second.transitions.observation[0])
    assert np.linalg.norm(rows.next_observation[-1, :2] - rows.observation[-1, :2]) < 0.03


def test_random_episodes_depend_on_seed_and_number_alone(env: gymnasium.Env) -> None:
    _, second = random_episodes(env, seed=5, episodes=range(2))
    (alone,) = random_episodes(env, seed=5, episodes=range(1, 2))
    (other,) = random_episodes(env, seed=6, episodes=range(1, 2))
    assert same_steps(second.transitions, alone.transitions)
    assert not same_steps(second.transitions, other.transitions)


def test_the_random_process_is_the_authors() -> None:
    process = OrnsteinUhlenbeck(2, np.random.default_rng(0))
    actions = np.array([process(np.zeros(8)) for _ in range(20_000)])
    correlation = np.corrcoef(actions[1:, 0], actions[:-1, 0])[0, 1]
    assert 0.70 < correlation < 0.88
    assert 0.4 < (np.abs(actions) == 1.0).mean() < 0.6


def test_evaluation_counts_what_the_episodes_did(env: gymnasium.Env) -> None:
    def stay(_: np.ndarray) -> np.ndarray:
        return np.zeros(2, np.float32)

    judged = evaluate(env, stay, seed=0, episodes=8)
    episodes = list(rollouts(env, stay, seed=0, episodes=range(8)))
    assert judged == judge(env.unwrapped.task, episodes)
    assert judged.episodes == 8
    assert judged.final_success == sum(e.outcome is Outcome.SUCCESS for e in episodes) / 8
