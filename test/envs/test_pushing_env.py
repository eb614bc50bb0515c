import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import awac_ros.envs  # noqa: F401  registers the environment
from awac_ros.envs import PUSHING_ID
from awac_ros.errors import AwacError


@pytest.fixture(scope="module")
def env() -> gymnasium.Env:
    return gymnasium.make(PUSHING_ID, render_mode="rgb_array")


@pytest.mark.filterwarnings("error")
def test_gymnasiums_own_checker_is_content(env: gymnasium.Env) -> None:
    check_env(env.unwrapped)


def test_a_seeded_run_repeats_to_the_bit(env: gymnasium.Env) -> None:
    def run(env: gymnasium.Env) -> np.ndarray:
        rng = np.random.default_rng(3)
        observations = [env.reset(seed=7)[0]]
        for _ in range(80):
            hand, puck = observations[-1][:2], observations[-1][2:4]
            action = np.clip(20.0 * (puck - hand) + 0.3 * rng.standard_normal(2), -1.0, 1.0)
            observations.append(env.step(action.astype(np.float32))[0])
        return np.array(observations)

    first = run(env)
    assert np.ptp(first[:, 2:4], axis=0).max() > 0.05, "the puck was not pushed, so the test says nothing"
    assert np.array_equal(first, run(env))
    assert np.array_equal(first, run(gymnasium.make(PUSHING_ID)))


def test_an_episode_is_truncated_at_the_horizon_and_never_terminated(env: gymnasium.Env) -> None:
    env.reset(seed=0)
    ends = [env.step(np.zeros(2, np.float32))[2:4] for _ in range(200)]
    assert ends[-1] == (False, True)
    assert not any(terminated or truncated for terminated, truncated in ends[:-1])


def test_sparse_reward_by_keyword() -> None:
    env = gymnasium.make(PUSHING_ID, reward="sparse")
    env.reset(seed=0)
    _, reward, _, _, info = env.step(np.zeros(2, np.float32))
    assert reward == (0.0 if info["is_success"] else -1.0)


def test_an_action_that_is_not_finite_is_refused_and_nothing_moves(env: gymnasium.Env) -> None:
    env.reset(seed=0)
    before = env.unwrapped.arm.state()
    with pytest.raises(AwacError, match="not finite"):
        env.step(np.array([np.nan, 0.0], np.float32))
    assert env.unwrapped.arm.state() is before
