import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.tasks import BoxTask


@pytest.fixture
def task() -> BoxTask:
    return BoxTask("sliding", observation_size=3, action_size=2, horizon=50, control_period=0.05)


def test_the_layout_is_one_field_each_of_range_one(task: BoxTask) -> None:
    layout = task.layout
    assert (layout.task, layout.observation_size, layout.action_size) == ("sliding", 3, 2)
    assert [field.name for field in (*layout.observation, *layout.action)] == ["observation", "action"]
    np.testing.assert_array_equal(layout.observation_low, [-1, -1, -1])
    np.testing.assert_array_equal(layout.observation_high, [1, 1, 1])
    assert (task.horizon, layout.control_period) == (50, 0.05)


def test_tasks_of_other_sizes_have_other_layouts(task: BoxTask) -> None:
    assert BoxTask("sliding", 3, 2, 50, 0.05).layout.hash == task.layout.hash
    assert BoxTask("sliding", 3, 1, 50, 0.05).layout.hash != task.layout.hash
    assert BoxTask("sliding", 4, 2, 50, 0.05).layout.hash != task.layout.hash


def test_features_are_the_observation_until_the_task_is_normalised(task: BoxTask) -> None:
    matrix, offset = task.features()
    assert matrix.dtype == offset.dtype == np.float32
    np.testing.assert_array_equal(matrix, np.eye(3))
    np.testing.assert_array_equal(offset, np.zeros(3))


def test_normalised_features_have_mean_0_and_deviation_1_and_the_layout_stays(task: BoxTask) -> None:
    observations = np.random.default_rng(0).normal([5.0, -300.0, 0.1], [2.0, 40.0, 0.03], (400, 3)).astype(np.float32)
    normalised = task.normalised(observations)
    matrix, offset = normalised.features()
    assert matrix.dtype == offset.dtype == np.float32
    features = observations @ matrix.T + offset
    np.testing.assert_allclose(features.mean(axis=0), 0.0, atol=1e-4)
    np.testing.assert_allclose(features.std(axis=0), 1.0, atol=1e-4)
    assert normalised.layout.hash == task.layout.hash
    assert (normalised.horizon, normalised.name) == (50, "sliding")
    np.testing.assert_array_equal(task.features()[0], np.eye(3))


def test_an_entry_that_stands_still_or_hardly_moves_is_not_blown_up(task: BoxTask) -> None:
    observations = np.random.default_rng(0).normal([0.7, 2.0, 0.0], [0.0, 1e-4, 1.0], (100, 3)).astype(np.float32)
    matrix, offset = task.normalised(observations).features()
    later = matrix @ np.array([1.7, 2.1, 0.0], np.float32) + offset
    np.testing.assert_allclose(later[:2], [1.0, 10.0], atol=0.01)


def test_one_observation_is_enough(task: BoxTask) -> None:
    matrix, offset = task.normalised(np.array([[1.0, 2.0, 3.0]], np.float32)).features()
    np.testing.assert_array_equal(matrix, np.eye(3))
    np.testing.assert_array_equal(offset, [-1, -2, -3])


@pytest.mark.parametrize("shape", [(5, 4), (3,), (0, 3)])
def test_observations_of_another_shape_are_refused(task: BoxTask, shape: tuple[int, ...]) -> None:
    with pytest.raises(AwacError, match=r"sliding can't be normalised by .* it needs \(N, 3\)"):
        task.normalised(np.zeros(shape, np.float32))


def test_observations_that_are_not_finite_are_refused(task: BoxTask) -> None:
    with pytest.raises(AwacError, match="not finite"):
        task.normalised(np.array([[0.0, np.nan, 0.0]]))
