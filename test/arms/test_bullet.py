import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from awac_ros.arms import make_arm
from awac_ros.arms.bullet import BulletArm
from awac_ros.arms.kinematics import NEUTRAL
from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError

TIP = np.array([0.6, 0.0, 0.06])
PUCK = np.array([0.6, 0.1, 0.06])


@pytest.fixture
def arm() -> Iterator[BulletArm]:
    arm = BulletArm()
    arm.reset(TIP, PUCK)
    yield arm
    arm.close()


def drive(arm: BulletArm, v_base_tip: list[float], seconds: float) -> None:
    for _ in range(round(seconds / arm.inner_period)):
        arm.follow(np.array(v_base_tip))


def test_reset_puts_tip_and_puck_in_place(arm: BulletArm) -> None:
    np.testing.assert_allclose(arm.state().p_base_tip, TIP, atol=1e-5)
    np.testing.assert_allclose(arm.puck_position(), PUCK, atol=1e-5)
    assert not arm.state().joint_velocity.any()


def test_tip_follows_its_twist(arm: BulletArm) -> None:
    start = arm.state().p_base_tip
    drive(arm, [0.1, -0.1, 0.0, 0.0, 0.0, 0.0], 1.0)
    np.testing.assert_allclose(arm.state().p_base_tip - start, [0.1, -0.1, 0.0], atol=5e-3)


@pytest.mark.parametrize("seed", range(5))
def test_every_joint_obeys_in_every_pose(arm: BulletArm, seed: int) -> None:
    rng = np.random.default_rng(seed)
    middle, reach = 0.5 * (arm.kinematics.upper + arm.kinematics.lower), 0.3 * arm.kinematics.upper
    arm.pose(middle + rng.uniform(-reach, reach), np.array([0.0, 2.0, 2.0]))
    wanted = 0.5 * np.array(SafetyLimits().joint_velocity) * rng.choice((-1.0, 1.0), 7)
    for share in (0.25, 0.5, 0.75, *(1.0,) * 8):
        arm.drive(share * wanted)
    np.testing.assert_allclose(arm.state().joint_velocity, wanted, atol=0.05)


def test_tip_pushes_the_puck_and_the_puck_stays_where_it_is_left(arm: BulletArm) -> None:
    drive(arm, [0.0, 0.2, 0.0, 0.0, 0.0, 0.0], 0.8)
    pushed = arm.puck_position()
    assert pushed[1] > 0.15
    drive(arm, [0.0, -0.2, 0.0, 0.0, 0.0, 0.0], 1.0)
    np.testing.assert_allclose(arm.puck_position()[:2], pushed[:2], atol=0.01)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_twist_that_is_not_finite_stops_the_arm(arm: BulletArm, bad: float) -> None:
    drive(arm, [0.1, 0.0, 0.0, 0.0, 0.0, 0.0], 0.2)
    arm.follow(np.array([bad, 0.0, 0.0, 0.0, 0.0, 0.0]))
    assert arm.stop_reason == "the commanded twist is not finite"
    assert np.isfinite(arm.state().joint_velocity).all()


def test_after_a_stop_nothing_moves_until_resumed(arm: BulletArm) -> None:
    drive(arm, [0.1, 0.0, 0.0, 0.0, 0.0, 0.0], 0.5)
    arm.stop("the operator pressed stop")
    arm.stop("a later reason")
    drive(arm, [0.1, 0.0, 0.0, 0.0, 0.0, 0.0], 0.5)
    rest = arm.state().p_base_tip
    drive(arm, [0.1, 0.0, 0.0, 0.0, 0.0, 0.0], 5.0)
    np.testing.assert_allclose(arm.state().p_base_tip, rest, atol=1e-4)
    assert arm.stop_reason == "the operator pressed stop"
    arm.resume()
    drive(arm, [0.1, 0.0, 0.0, 0.0, 0.0, 0.0], 0.5)
    assert arm.state().p_base_tip[0] > rest[0] + 0.03


def test_the_table_is_never_touched(arm: BulletArm) -> None:
    drive(arm, [0.0, 0.0, -1.0, 0.0, 0.0, 0.0], 2.0)
    assert arm.state().p_base_tip[2] > 0.048


def test_the_same_reset_gives_the_same_motion_to_the_bit() -> None:
    def motion(arm: BulletArm) -> np.ndarray:
        arm.reset(TIP, PUCK)
        rows = []
        for step in range(100):
            arm.follow(np.array([0.05 * np.sin(step), 0.2, 0.0, 0.0, 0.0, 0.0]))
            rows.append(np.concatenate((arm.state().joint_position, arm.puck_position())))
        assert rows[-1][8] > 0.15, "the puck was not pushed, so the test says nothing"
        return np.array(rows)

    arm, other = BulletArm(), BulletArm()
    first = motion(arm)
    assert np.array_equal(first, motion(arm))
    assert np.array_equal(first, motion(other))


def lean_on_the_hand(arm: BulletArm, periods: int) -> np.ndarray:
    """(periods, 7) rad: where the joints are while the puck is held against the side of the gripper, off its axis."""
    positions = []
    for _ in range(periods):
        arm.put_puck(TIP + (0.03, 0.055, 0.085))
        arm.follow(np.zeros(6))
        positions.append(arm.state().joint_position)
    return np.array(positions)


def test_a_puck_that_leans_on_the_hand_does_not_turn_a_stopped_arm(arm: BulletArm) -> None:
    before = arm.state().joint_position
    arm.stop("the operator pressed stop")
    after = lean_on_the_hand(arm, 80)
    assert 0.005 < np.abs(after - before).max() < 0.05


def test_a_reset_forgets_what_leant_on_the_hand(arm: BulletArm) -> None:
    def motion(arm: BulletArm) -> np.ndarray:
        arm.reset(TIP, PUCK)
        drive(arm, [0.05, 0.2, 0.0, 0.0, 0.0, 0.0], 0.8)
        return np.concatenate((arm.state().joint_position, arm.puck_position()))

    lean_on_the_hand(arm, 20)
    fresh = BulletArm()
    assert np.array_equal(motion(arm), motion(fresh))
    fresh.close()


def test_picture_shows_the_scene(arm: BulletArm) -> None:
    picture = arm.picture(160, 120)
    assert picture.shape == (120, 160, 3)
    blue = (picture[..., 2] > 100) & (picture[..., 0] < 80)
    assert blue.any(), "the puck can't be seen"


def test_pixels_are_where_the_picture_shows_a_point(arm: BulletArm) -> None:
    arm.reset(np.array([0.5, 0.2, 0.06]), np.array([0.7, -0.1, 0.06]))
    picture = arm.picture(640, 480)
    rows, columns = np.nonzero((picture[..., 2] > 100) & (picture[..., 0] < 80))
    ((column, row),) = arm.pixels(arm.puck_position()[None], 640, 480)
    assert abs(column - columns.mean()) < 3 and abs(row - rows.mean()) < 6


def test_a_mark_is_seen_on_the_table_and_hidden_by_what_stands_before_it() -> None:
    world = BulletArm()
    world.pose(NEUTRAL, np.array([0.7, -0.1, 0.06]))
    assert not green(world).any()
    world.mark(np.array([0.6, 0.1, 0.045]), 0.06)
    rows, columns = np.nonzero(green(world))
    ((column, row),) = world.pixels(np.array([[0.6, 0.1, 0.045]]), 640, 480)
    assert abs(column - columns.mean()) < 3 and abs(row - rows.mean()) < 3
    whole = len(rows)
    world.pose(NEUTRAL, np.array([0.6, 0.1, 0.06]))
    assert 0 < green(world).sum() < 0.8 * whole
    world.close()


def green(world: BulletArm) -> np.ndarray:
    picture = world.picture(640, 480).astype(int)
    return picture[..., 1] > picture[..., [0, 2]].max(axis=-1) + 50


def test_the_simulator_leaves_the_terminal_alone() -> None:
    script = "from awac_ros.arms import make_arm; make_arm('bullet').close()"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_an_unknown_arm_is_refused_by_name() -> None:
    with pytest.raises(AwacError, match="baxter"):
        make_arm("baxter")
