"""A task small enough to be solved within seconds: a point on a line that has to reach a goal."""

import numpy as np
import pytest
import torch

from awac_ros.data import Field, Layout, Transitions
from awac_ros.tasks import GoalTask


class PointMass(GoalTask):
    """Observation: position, goal. Action: velocity. Reward: minus the distance."""

    name = "point_mass"
    horizon = 10
    layout = Layout(
        task="point_mass",
        observation=(Field("x", "m", "base", (-1.0,), (1.0,)), Field("goal_x", "m", "base", (-1.0,), (1.0,))),
        action=(Field("v", "0.2 m/step", "base", (-1.0,), (1.0,)),),
        control_period=0.1,
    )

    def step(self, observation, action):
        x = np.clip(observation[..., :1] + 0.2 * action, -1.0, 1.0)
        return np.concatenate((x, observation[..., 1:]), axis=-1, dtype=np.float32)

    def reward(self, next_observation):
        return -self.distance(next_observation)

    def success(self, observation):
        return self.distance(observation) < 0.1

    def distance(self, observation):
        return np.abs(observation[..., 0] - observation[..., 1]).astype(np.float32)

    def achieved_goal(self, observation):
        return observation[..., :1]

    def with_goal(self, observation, goal):
        return np.concatenate((observation[..., :1], goal), axis=-1, dtype=np.float32)

    def sample_goals(self, rng, count):
        return rng.uniform(-1.0, 1.0, (count, 1)).astype(np.float32)

    def mean_final_distance(self, policy, rng):
        """Of 100 episodes in which the policy does what it thinks best."""
        observation = rng.uniform(-1.0, 1.0, (100, 2)).astype(np.float32)
        for _ in range(12):
            observation = self.step(observation, np.array([policy.mean(row) for row in observation]))
        return self.distance(observation).mean()

    def episodes(self, rng, count, actor_id="a" * 32, first=0, act=None):
        """Transitions of `count` whole episodes of act(observation), or of random actions."""
        rows = count * self.horizon
        columns = {"observation": [], "action": [], "next_observation": []}
        observation = rng.uniform(-1.0, 1.0, (count, 2)).astype(np.float32)
        for _ in range(self.horizon):
            action = rng.uniform(-1.0, 1.0, (count, 1)).astype(np.float32) if act is None else act(observation)
            next_observation = self.step(observation, action)
            for name, value in zip(columns, (observation, action, next_observation), strict=True):
                columns[name].append(value)
            observation = next_observation
        flat = {name: np.stack(values, axis=1).reshape(rows, -1) for name, values in columns.items()}
        step = np.tile(np.arange(self.horizon), count)
        return Transitions(
            **flat,
            reward=self.reward(flat["next_observation"]),
            terminated=np.zeros(rows, bool),
            truncated=step == self.horizon - 1,
            intervened=np.zeros(rows, bool),
            policy_version=np.full(rows, -1),
            step_time=np.arange(rows) * 0.1,
            actor_id=np.full(rows, actor_id),
            episode=np.repeat(np.arange(first, first + count), self.horizon),
            step=step,
        )


@pytest.fixture
def task():
    return PointMass()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def _float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture(autouse=True)
def _repeatable_torch():
    torch.manual_seed(0)
    torch.set_num_threads(1)
