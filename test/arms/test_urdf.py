"""The URDF against the manufacturer's published figures."""

from xml.etree import ElementTree

import numpy as np
import pytest

from awac_ros.arms.kinematics import NEUTRAL, Kinematics
from awac_ros.resources import resource

LIMITS = {
    "right_j0": (-3.0503, 3.0503, 1.74, 80),
    "right_j1": (-3.8095, 2.2736, 1.328, 80),
    "right_j2": (-3.0426, 3.0426, 1.957, 40),
    "right_j3": (-3.0439, 3.0439, 1.957, 40),
    "right_j4": (-2.9761, 2.9761, 3.485, 9),
    "right_j5": (-2.9761, 2.9761, 3.485, 9),
    "right_j6": (-4.7124, 4.7124, 4.545, 9),
    "head_pan": (-5.0952, 0.9064, 1.8, 8),
}
MASSES = {
    "right_arm_base_link": 2.0687,
    "right_l0": 5.3213,
    "right_l1": 4.505,
    "right_l2": 1.745,
    "right_l3": 2.5097,
    "right_l4": 1.1136,
    "right_l5": 1.5625,
    "right_l6": 0.3292,
    "right_gripper_base": 0.47,
    "head": 1.5795,
}


@pytest.fixture(scope="module")
def robot() -> ElementTree.Element:
    return ElementTree.parse(resource("urdf/sawyer.urdf")).getroot()


@pytest.mark.parametrize("name", LIMITS)
def test_joint_limits_are_the_published_ones(robot: ElementTree.Element, name: str) -> None:
    limit = robot.find(f"joint[@name='{name}']/limit")
    assert limit is not None
    assert tuple(float(limit.get(key)) for key in ("lower", "upper", "velocity", "effort")) == LIMITS[name]


@pytest.mark.parametrize("name", MASSES)
def test_masses_are_the_published_ones(robot: ElementTree.Element, name: str) -> None:
    mass = robot.find(f"link[@name='{name}']/inertial/mass")
    assert mass is not None and float(mass.get("value")) == MASSES[name]


def test_every_inertia_is_physical(robot: ElementTree.Element) -> None:
    for inertia in robot.iter("inertia"):
        xx, xy, xz, yy, yz, zz = (float(inertia.get(f"i{key}")) for key in ("xx", "xy", "xz", "yy", "yz", "zz"))
        principal = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        assert principal.min() > 0
        assert principal.sum() >= 2 * principal.max() * (1 - 1e-6)


def test_hand_in_the_neutral_pose_is_where_the_robot_has_it() -> None:
    position, quaternion = Kinematics().frame_pose(NEUTRAL, "right_hand")
    np.testing.assert_allclose(position, [0.449598, 0.160300, 0.215754], atol=1e-4)
    np.testing.assert_allclose(quaternion, [0.70710, 0.70711, 0.00028, 0.00028], atol=1e-4)


def test_tip_is_the_narrow_tip_of_the_electric_gripper() -> None:
    kinematics = Kinematics()
    hand, tip = (kinematics.frame_pose(NEUTRAL, frame)[0] for frame in ("right_hand", "right_pushing_tip"))
    assert np.linalg.norm(tip - hand) == pytest.approx(0.13562, abs=1e-6)
