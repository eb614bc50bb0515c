import numpy as np
import pytest

from awac_ros.tasks import Pushing, PushingConfig, WorldState
from awac_ros.tasks.pushing import AREA_HIGH, AREA_LOW, TIP_HEIGHT

TIP_DOWN = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])


def world(tip: list[float], puck: list[float], q: np.ndarray = TIP_DOWN) -> WorldState:
    return WorldState(np.array(tip), q, np.array(puck))


def test_observation_is_hand_puck_and_goal() -> None:
    observation = Pushing().observe(world([0.6, 0.1, 0.06], [0.5, -0.1, 0.06]), np.array([0.7, 0.2, 0.55, 0.05]))
    assert observation.dtype == np.float32
    np.testing.assert_allclose(observation, [0.6, 0.1, 0.5, -0.1, 0.7, 0.2, 0.55, 0.05], atol=1e-7)


def test_full_action_is_two_centimetres_a_step() -> None:
    task = Pushing()
    twist = task.twist(np.array([1.0, -1.0]), world([0.6, 0.0, TIP_HEIGHT], [0.5, 0.0, 0.06]))
    np.testing.assert_allclose(twist[:2] * task.layout.control_period, [0.02, -0.02])
    np.testing.assert_allclose(twist[2:], 0.0, atol=1e-9)


def test_a_persons_twist_and_the_action_are_inverse() -> None:
    task = Pushing()
    state = world([0.6, 0.0, TIP_HEIGHT], [0.5, 0.0, 0.06])
    for action in ([0.3, -0.7], [1.0, 1.0], [0.0, 0.0]):
        np.testing.assert_allclose(task.action(task.twist(np.array(action), state)), action, atol=1e-7)


def test_a_fast_twist_becomes_the_full_action() -> None:
    np.testing.assert_array_equal(Pushing().action(np.array([5.0, -5.0, 0, 0, 0, 0])), [1.0, -1.0])


def test_twist_drives_the_tip_back_to_height_and_upright() -> None:
    task = Pushing()
    low = task.twist(np.zeros(2), world([0.6, 0.0, 0.05], [0.5, 0.0, 0.06]))
    assert low[2] > 0.0
    angle = 0.1
    turn = np.array([np.sin(angle / 2), 0.0, 0.0, np.cos(angle / 2)])
    x1, y1, z1, w1 = turn
    x2, y2, z2, w2 = TIP_DOWN
    tilted = np.array(
        [
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
        ]
    )
    correction = task.twist(np.zeros(2), world([0.6, 0.0, TIP_HEIGHT], [0.5, 0.0, 0.06], tilted))
    assert correction[3] == pytest.approx(-2.0 * np.sin(angle), abs=1e-6)
    np.testing.assert_allclose(correction[4:], 0.0, atol=1e-6)


def test_rewards() -> None:
    near, far = np.zeros(8, np.float32), np.zeros(8, np.float32)
    near[6], far[6] = 0.05, 0.5
    both = np.stack([near, far])
    np.testing.assert_allclose(Pushing().reward(both), [-0.05, -0.5])
    np.testing.assert_array_equal(Pushing(PushingConfig(reward="sparse")).reward(both), [0.0, -1.0])
    np.testing.assert_array_equal(Pushing().success(both), [True, False])


def test_scenes_lie_in_the_area_with_hand_and_puck_apart() -> None:
    task, rng = Pushing(), np.random.default_rng(0)
    for _ in range(200):
        scene = task.sample_scene(rng)
        for point in (scene.p_base_tip[:2], scene.p_base_puck[:2], scene.goal[:2], scene.goal[2:]):
            assert (point >= AREA_LOW - 1e-6).all() and (point <= AREA_HIGH + 1e-6).all()
        assert np.linalg.norm(scene.p_base_tip[:2] - scene.p_base_puck[:2]) > 0.055


def test_an_observation_tells_its_scene() -> None:
    task = Pushing()
    scene = task.sample_scene(np.random.default_rng(3))
    world = WorldState(scene.p_base_tip, np.array([1.0, 0.0, 0.0, 0.0]), scene.p_base_puck)
    again = task.scene(task.observe(world, scene.goal))
    for name in ("p_base_tip", "p_base_puck", "goal"):
        np.testing.assert_allclose(getattr(again, name), getattr(scene, name), atol=1e-7)


def test_the_goal_is_shown_where_the_puck_lies_when_it_is_there() -> None:
    task = Pushing()
    scene = task.sample_scene(np.random.default_rng(0))
    shown = task.p_base_goal(scene.goal)
    np.testing.assert_allclose(shown, [*scene.goal[2:], scene.p_base_puck[2]], atol=1e-7)
    assert task.success(task.observe(world([0.6, 0.0, 0.06], shown.tolist()), scene.goal))


def test_hindsight_makes_a_state_its_own_goal() -> None:
    task = Pushing()
    observation = np.random.default_rng(0).uniform(0.5, 0.7, (3, 5, 8)).astype(np.float32)
    relabelled = task.with_goal(observation, task.achieved_goal(observation))
    assert relabelled.dtype == np.float32
    assert task.success(relabelled).all()
    np.testing.assert_array_equal(relabelled[..., :4], observation[..., :4])


def test_features_show_the_ranges_and_the_differences() -> None:
    matrix, offset = Pushing().features()
    assert matrix.dtype == offset.dtype == np.float32
    observation = np.array([0.5, -0.2, 0.6, 0.0, 0.7, 0.2, 0.65, -0.1], np.float32)
    expected = [-1, -1, 0, 0, 1, 1, 0.5, -0.5, 1.0, 2.0, 0.5, -1.0]
    np.testing.assert_allclose(matrix @ observation + offset, expected, atol=1e-5)
