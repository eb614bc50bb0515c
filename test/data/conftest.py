import numpy as np
import pytest

from awac_ros.data import EpisodeBuilder, Field, Layout, Outcome

ACTOR = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="session")
def layout():
    return Layout(
        task="sliding",
        observation=(
            Field("hand_xy", "m", "base", (0.5, -0.2), (0.7, 0.2)),
            Field("height", "m", "base", (0.0,), (0.1,)),
        ),
        action=(Field("hand_velocity_xy", "0.2 m/s", "base", (-1.0, -1.0), (1.0, 1.0)),),
        control_period=0.1,
    )


@pytest.fixture(scope="session")
def other_layout():
    return Layout(
        task="lifting",
        observation=(Field("height", "m", "base", (0.0,), (1.0,)),),
        action=(Field("hand_velocity_z", "0.2 m/s", "base", (-1.0,), (1.0,)),),
        control_period=0.1,
    )


@pytest.fixture(scope="session")
def make_episode(layout):
    """make_episode(number, steps): an episode whose every value differs from those of the others."""

    def make(number=0, steps=5, outcome=Outcome.SUCCESS, actor_id=ACTOR):
        rng = np.random.default_rng(number)
        observations = rng.normal(size=(steps + 1, layout.observation_size))
        builder = EpisodeBuilder(actor_id, number)
        for step in range(steps):
            builder.add(
                observations[step],
                rng.uniform(-1, 1, layout.action_size),
                rng.normal(),
                observations[step + 1],
                terminated=step == steps - 1 and outcome is Outcome.SUCCESS,
                truncated=step == steps - 1 and outcome is not Outcome.SUCCESS,
                intervened=bool(rng.integers(2)),
                policy_version=number - 1,
                step_time=1e6 + 0.1 * step + 1e-9 * number,
            )
        return builder.finish(outcome)

    return make


@pytest.fixture(scope="session")
def assert_same():
    """assert_same(a, b): two Transitions are equal bit for bit, types included."""

    def check(a, b):
        for name, column in vars(a).items():
            other = getattr(b, name)
            assert (column.dtype, column.shape) == (other.dtype, other.shape), name
            assert column.tobytes() == other.tobytes(), name

    return check
