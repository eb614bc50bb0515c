"""The puck comes back to its place on the simulated table, by the twists that an actor would send."""

from collections.abc import Iterator

import numpy as np
import pytest

from awac_ros.arms.bullet import BulletArm
from awac_ros.envs.simulated import world_state
from awac_ros.tasks import Pushing
from awac_ros.tasks.push_back import PushBack

TASK = Pushing()
PLACE = np.array([0.6, -0.1, 0.06])


@pytest.fixture(scope="module")
def arm() -> Iterator[BulletArm]:
    arm = BulletArm()
    yield arm
    arm.close()


def push(arm: BulletArm, back: PushBack, meanwhile=lambda period: None) -> float:
    """Until it is done or given up; the largest speed that was asked for, m/s."""
    fastest, period = 0.0, 0
    while not back.done and back.trouble is None:
        twist = back.twist(world_state(arm))
        for _ in range(4):
            arm.follow(twist)
        meanwhile(period)
        fastest, period = max(fastest, float(np.linalg.norm(twist[:3]))), period + 1
    assert not back.twist(world_state(arm))[:3].any(), "afterwards the tip rests"
    return fastest


def missing(arm: BulletArm, place: np.ndarray) -> float:
    return float(np.linalg.norm((arm.puck_position() - place)[:2]))


def test_from_one_scene_to_the_next_the_puck_is_pushed_slowly_and_within_the_limits(arm: BulletArm) -> None:
    rng = np.random.default_rng(0)
    for _ in range(6):
        scene, place = TASK.sample_scene(rng), TASK.sample_scene(rng).p_base_puck
        arm.reset(scene.p_base_tip, scene.p_base_puck)
        back = PushBack(TASK, place)
        assert push(arm, back) < 0.12
        assert back.done and missing(arm, place) < 0.025 and arm.stop_reason is None


def test_a_puck_that_is_there_already_is_left_alone(arm: BulletArm) -> None:
    arm.reset(np.array([0.5, 0.1, 0.06]), PLACE)
    before = arm.puck_position()
    assert push(arm, PushBack(TASK, PLACE)) == 0.0
    np.testing.assert_allclose(arm.puck_position(), before, atol=1e-3)


@pytest.mark.parametrize("puck", [[0.6, 0.33, 0.06], [0.85, 0.0, 0.06], [0.42, 0.0, 0.06]])
def test_a_puck_out_of_reach_is_given_up_in_words_and_not_touched(arm: BulletArm, puck: list[float]) -> None:
    arm.reset(np.array([0.6, 0.0, 0.06]), np.array(puck))
    before = arm.puck_position()
    back = PushBack(TASK, PLACE)
    push(arm, back)
    assert not back.done and f"the puck at ({puck[0]:.2f}, {puck[1]:.2f}) to (0.60, -0.10)" in back.trouble
    np.testing.assert_allclose(arm.puck_position(), before, atol=5e-3)


def test_a_puck_that_is_moved_meanwhile_is_fetched_where_it_lies_then(arm: BulletArm) -> None:
    arm.reset(np.array([0.6, 0.0, 0.06]), np.array([0.65, 0.1, 0.06]))
    back = PushBack(TASK, PLACE)
    push(arm, back, lambda period: period == 25 and arm.put_puck(np.array([0.55, 0.05, 0.06])))
    assert back.done and missing(arm, PLACE) < 0.025
