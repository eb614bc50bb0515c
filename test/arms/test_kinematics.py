import numpy as np
import pytest

from awac_ros.arms.kinematics import NEUTRAL, TIP_DOWN, Kinematics
from awac_ros.errors import AwacError


@pytest.fixture(scope="module")
def kinematics() -> Kinematics:
    return Kinematics()


def test_jacobian_is_the_derivative_of_the_tip_position(kinematics: Kinematics) -> None:
    position, _, jacobian = kinematics.tip_jacobian(NEUTRAL)
    for joint in range(7):
        moved = NEUTRAL.copy()
        moved[joint] += 1e-6
        difference = (kinematics.frame_pose(moved)[0] - position) / 1e-6
        np.testing.assert_allclose(jacobian[:3, joint], difference, atol=1e-5)


@pytest.mark.parametrize("x", [0.5, 0.6, 0.7])
@pytest.mark.parametrize("y", [-0.2, 0.0, 0.2])
def test_twist_is_followed_over_the_whole_table(kinematics: Kinematics, x: float, y: float) -> None:
    joint_position = kinematics.inverse(np.array([x, y, 0.06]))
    _, _, jacobian = kinematics.tip_jacobian(joint_position)
    twist = np.array([0.2, -0.1, 0.05, 0.1, 0.0, -0.2])
    joint_velocity = kinematics.joint_velocity(joint_position, jacobian, twist)
    np.testing.assert_allclose(jacobian @ joint_velocity, twist, atol=2e-3)
    assert (np.abs(joint_velocity) < kinematics.velocity_limit).all()


def test_inverse_kinematics_reaches_the_pose_within_limits(kinematics: Kinematics) -> None:
    joint_position = kinematics.inverse(np.array([0.65, -0.15, 0.06]))
    position, quaternion = kinematics.frame_pose(joint_position)
    np.testing.assert_allclose(position, [0.65, -0.15, 0.06], atol=1e-6)
    assert abs(quaternion @ TIP_DOWN) == pytest.approx(1.0, abs=1e-9)
    assert (joint_position > kinematics.lower).all() and (joint_position < kinematics.upper).all()


def test_a_pose_out_of_reach_is_refused(kinematics: Kinematics) -> None:
    with pytest.raises(AwacError, match="can't reach"):
        kinematics.inverse(np.array([3.0, 0.0, 0.06]))


def test_null_space_moves_away_from_a_joint_limit_without_moving_the_tip(kinematics: Kinematics) -> None:
    joint_position = kinematics.inverse(np.array([0.6, 0.0, 0.06]))
    joint_position[6] = kinematics.upper[6] - 0.05
    _, _, jacobian = kinematics.tip_jacobian(joint_position)
    still = kinematics.joint_velocity(joint_position, jacobian, np.zeros(6))
    np.testing.assert_allclose(jacobian @ still, 0.0, atol=5e-3)


def test_gravity_torque_holds_the_arm(kinematics: Kinematics) -> None:
    torque = kinematics.inverse_dynamics(NEUTRAL, np.zeros(7), np.zeros(7))
    assert abs(torque[0]) < 1e-9
    assert -25.0 < torque[1] < -10.0
