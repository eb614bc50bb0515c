import subprocess
import sys

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from awac_ros.envs import PUSHING_ID
from awac_ros.envs.box import BoxEnvironment, make_box
from awac_ros.envs.evaluate import Performance, evaluate, perform
from awac_ros.envs.rollout import rollout, rollouts
from awac_ros.errors import AwacError
from awac_ros.learning.policy import Policy
from awac_ros.learning.replay import ReplayConfig
from awac_ros.learning.trainer import Trainer, TrainerConfig
from awac_ros.tasks import BoxTask, Pushing

PEN = "AdroitHandPenSparse-v1"


class Lever(gymnasium.Env):
    """Ends at its third step; the actions' own bounds are -1 .. 3 and 10 .. 11; tells which it was given."""

    observation_space = spaces.Dict({"b": spaces.Box(-9.0, 9.0, (2, 2)), "a": spaces.Box(-9.0, 9.0, (1,), np.float64)})
    action_space = spaces.Box(np.array([-1.0, 10.0]), np.array([3.0, 11.0]), dtype=np.float64)

    def __init__(self, success_name="success", success_at=3, action_space=None, observation_space=None):
        self.success_name = success_name
        self.success_at = success_at
        self.action_space = action_space or self.action_space
        self.observation_space = observation_space or self.observation_space

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.count = 0
        self.start = self.np_random.uniform()
        return self.observe(), {}

    def step(self, action):
        self.count += 1
        success = {self.success_name: np.bool_(self.count == self.success_at)} if self.success_name else {}
        return self.observe(), 7.0, self.count == 3, False, {"given": action, **success}

    def observe(self):
        return {"b": np.full((2, 2), self.count, np.float32), "a": np.array([self.start])}


gymnasium.register("awac_test/Lever-v0", Lever, max_episode_steps=5)
gymnasium.register("awac_test/Endless-v0", Lever)


def push(observation):
    return np.full(2, 0.25, np.float32)


def test_a_dict_becomes_one_float32_vector_in_the_order_of_its_keys():
    env = make_box("awac_test/Lever-v0")
    observation, _ = env.reset(seed=0)
    assert (observation.dtype, observation.shape) == (np.float32, (5,))
    assert observation in env.observation_space
    assert observation[0] == np.float32(env.unwrapped.start)
    np.testing.assert_array_equal(env.step(np.zeros(2))[0][1:], [1, 1, 1, 1])


@pytest.mark.parametrize(
    ("action", "given"),
    [([-1.0, -1.0], [-1.0, 10.0]), ([1.0, 1.0], [3.0, 11.0]), ([0.0, 0.5], [1.0, 10.75]), ([5.0, -5.0], [3.0, 10.0])],
)
def test_actions_from_minus_one_to_one_span_the_environments_own_bounds(action, given):
    env = make_box("awac_test/Lever-v0")
    env.reset(seed=0)
    info = env.step(np.array(action, np.float32))[4]
    np.testing.assert_array_equal(info["given"], given)
    assert info["given"].dtype == np.float64
    assert env.action_space == spaces.Box(-1.0, 1.0, (2,), np.float32)


@pytest.mark.parametrize("success_name", ["success", "is_success"])
def test_success_is_told_at_every_step_under_one_name_and_can_be_the_reward(success_name):
    env = make_box("awac_test/Lever-v0", success_reward=True, success_name=success_name)
    env.reset(seed=0)
    steps = [env.step(np.zeros(2)) for _ in range(3)]
    assert [step[4]["is_success"] for step in steps] == [False, False, True]
    assert all(type(step[4]["is_success"]) is bool for step in steps)
    assert [step[1] for step in steps] == [-1.0, -1.0, 0.0]


def test_an_environment_that_tells_no_success_never_succeeds_and_gives_no_success_reward():
    env = make_box("awac_test/Lever-v0", success_name=None)
    env.reset(seed=0)
    assert env.step(np.zeros(2))[1] == 7.0
    assert env.step(np.zeros(2))[4]["is_success"] is False
    env = make_box("awac_test/Lever-v0", success_name=None, success_reward=True)
    env.reset(seed=0)
    with pytest.raises(AwacError, match="Lever-v0 tells no success"):
        env.step(np.zeros(2))


@pytest.mark.parametrize(
    ("env_id", "keywords", "sentence"),
    [
        ("Nowhere-v0", {}, "environment Nowhere-v0 can't be made .* install the package"),
        ("no_such_package:Nowhere-v0", {}, "no_such_package.* install the package"),
        ("AdroitHandPenSparse-v99", {}, "can't be made .*v99"),
        ("HalfCheetah-v5", {"colour": "red"}, "HalfCheetah-v5 can't be made .*colour.*; correct its id and keywords"),
        ("CartPole-v1", {}, r"CartPole-v1: its actions are Discrete\(2\), but a Box of floats is needed"),
        ("awac_test/Endless-v0", {}, "Endless-v0 has no time limit; give one as max_episode_steps"),
        ("awac_test/Lever-v0", {"action_space": spaces.Box(-np.inf, 1.0, (2,))}, "no finite bounds"),
        ("awac_test/Lever-v0", {"action_space": spaces.Box(0, 9, (2,), np.uint8)}, "a Box of floats is needed"),
        (
            "awac_test/Lever-v0",
            {"observation_space": spaces.Sequence(spaces.Box(-1.0, 1.0))},
            "make no vector of fixed size",
        ),
    ],
)
def test_what_cannot_be_trained_on_is_refused_in_one_sentence(env_id, keywords, sentence):
    with pytest.raises(AwacError, match=sentence) as caught:
        make_box(env_id, **keywords)
    assert "\n" not in str(caught.value)


def test_an_action_that_is_not_finite_is_refused():
    env = make_box("awac_test/Lever-v0")
    env.reset(seed=0)
    with pytest.raises(AwacError, match="not finite"):
        env.step(np.array([np.nan, 0.0]))
    assert env.unwrapped.count == 0


def test_a_time_limit_can_be_given():
    assert make_box("awac_test/Endless-v0", max_episode_steps=4).get_wrapper_attr("task").horizon == 4


def test_the_cheetah_is_a_box_task_with_its_own_time_step():
    env = make_box("HalfCheetah-v5")
    task = env.get_wrapper_attr("task")
    assert isinstance(task, BoxTask)
    assert (task.name, task.horizon) == ("HalfCheetah-v5", 1000)
    assert (task.layout.observation_size, task.layout.action_size) == (17, 6)
    assert task.layout.control_period == pytest.approx(0.05)
    plain = gymnasium.make("HalfCheetah-v5")
    action = np.linspace(-1.0, 1.0, 6, dtype=np.float32)
    np.testing.assert_array_equal(env.reset(seed=3)[0], plain.reset(seed=3)[0].astype(np.float32))
    observation, reward, *_ = plain.step(action)
    mine = env.step(action)
    np.testing.assert_array_equal(mine[0], observation.astype(np.float32))
    assert mine[1] == pytest.approx(reward)


def test_the_hand_gives_0_in_success_and_minus_1_elsewhere():
    env = make_box(PEN, success_reward=True)
    rows = rollout(env, lambda _: np.zeros(24), seed=0, actor_id="a", episode=0).transitions
    rows.check(env.get_wrapper_attr("task").layout, PEN)
    assert len(rows) == 200 and rows.truncated[-1] and not rows.terminated.any()
    assert set(rows.reward.tolist()) <= {0.0, -1.0}
    np.testing.assert_allclose(rows.step_time[:3], [0.0, 0.01, 0.02])


def test_a_goal_of_gymnasium_robotics_is_part_of_the_vector():
    env = make_box("FetchReach-v4", success_reward=True)
    observation, _ = env.reset(seed=0)
    assert observation.shape == (16,)
    assert env.step(np.zeros(4))[1] == -1.0


def test_pushing_keeps_its_own_task_and_its_observations():
    env = make_box(PUSHING_ID)
    task = env.get_wrapper_attr("task")
    assert isinstance(task, Pushing)
    assert task.layout.hash == Pushing().layout.hash
    boxed = rollout(env, push, seed=5, actor_id="a", episode=0).transitions
    plain = rollout(gymnasium.make(PUSHING_ID), push, seed=5, actor_id="a", episode=0).transitions
    for name, column in vars(plain).items():
        np.testing.assert_array_equal(getattr(boxed, name), column)


def test_pushings_success_reward_is_also_what_hindsight_gives():
    env = make_box(PUSHING_ID, success_reward=True)
    rows = rollout(env, push, seed=5, actor_id="a", episode=0).transitions
    assert set(rows.reward.tolist()) <= {0.0, -1.0}
    np.testing.assert_array_equal(env.get_wrapper_attr("task").reward(rows.next_observation), rows.reward)


def test_performance_counts_returns_and_successes():
    env = make_box("awac_test/Lever-v0")
    assert perform(env, push, seed=0, episodes=4) == Performance(4, 21.0, 1.0, 1.0)
    passing = make_box("awac_test/Lever-v0", success_at=2)
    assert perform(passing, push, seed=0, episodes=2) == Performance(2, 21.0, 1.0, 0.0)
    blind = make_box("awac_test/Lever-v0", success_name=None)
    assert perform(blind, push, seed=0, episodes=2) == Performance(2, 21.0, 0.0, 0.0)
    with pytest.raises(AwacError, match="at least one"):
        perform(env, push, seed=0, episodes=0)


def test_the_same_seed_gives_the_same_scenes():
    env = make_box(PEN)

    def act(observation):
        return np.tanh(observation[:24])

    first = perform(env, act, seed=1, episodes=2)
    assert perform(env, act, seed=1, episodes=2) == first
    starts = [
        [episode.transitions.observation[0] for episode in rollouts(env, act, seed=s, episodes=range(2))]
        for s in (1, 1, 2)
    ]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0][0], starts[0][1])
    assert not np.array_equal(starts[0][0], starts[2][0])


def test_performance_on_pushing_agrees_with_its_evaluation():
    env = make_box(PUSHING_ID)
    performed, judged = (measure(env, push, seed=0, episodes=3) for measure in (perform, evaluate))
    assert (performed.any_success, performed.final_success) == (judged.any_success, judged.final_success)
    episodes = rollouts(env, push, seed=0, episodes=range(3))
    assert performed.mean_return == pytest.approx(np.mean([episode.sum_of_rewards for episode in episodes]), rel=1e-5)


def test_a_learner_trains_on_what_was_done_in_it_and_its_policy_acts_in_it():
    env = make_box("HalfCheetah-v5", max_episode_steps=50)
    rng = np.random.default_rng(0)
    episode = rollout(env, lambda _: rng.uniform(-1.0, 1.0, 6), seed=0, actor_id="a", episode=0)
    task = env.get_wrapper_attr("task").normalised(episode.transitions.observation)
    replay = ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
    trainer = Trainer(task, TrainerConfig(replay=replay, batch_size=32), seed=0)
    trainer.add_prior(episode.transitions)
    assert np.isfinite(trainer.update(5)["critic_loss"])
    policy = Policy.from_weights(trainer.policy_weights(version=1, environment_steps=0))
    performed = perform(env, policy.mean, seed=0, episodes=1)
    assert performed.mean_return != perform(env, lambda _: np.zeros(6), seed=0, episodes=1).mean_return


def test_gymnasium_robotics_is_imported_only_when_needed_and_quietly():
    script = (
        "import sys; from awac_ros.envs.box import make_box; make_box('HalfCheetah-v5'); "
        "print('gymnasium_robotics' in sys.modules); make_box('AdroitHandDoorSparse-v1'); "
        "print('gymnasium_robotics' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert done.stderr == ""


def test_the_wrapper_serves_an_environment_made_elsewhere():
    env = BoxEnvironment(gymnasium.make("awac_test/Lever-v0"), "lever", success_reward=False)
    assert env.get_wrapper_attr("task").name == "lever"
