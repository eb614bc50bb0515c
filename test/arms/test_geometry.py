"""Distances between the arm's parts, and to the table."""

import numpy as np
import pytest

from awac_ros.arms.geometry import ArmGeometry
from awac_ros.arms.kinematics import NEUTRAL, TIP_DOWN, Kinematics

TABLE_HEIGHT = 0.045
KINEMATICS = Kinematics()
GEOMETRY = ArmGeometry(KINEMATICS, TABLE_HEIGHT)


def test_above_the_table_the_tip_is_what_is_nearest() -> None:
    joint_position = KINEMATICS.inverse(np.array([0.6, 0.1, 0.06]))
    *p_base_tip, distance = GEOMETRY.at(joint_position)
    np.testing.assert_allclose(p_base_tip, [0.6, 0.1, 0.06], atol=1e-6)
    assert distance == pytest.approx(0.06 - TABLE_HEIGHT, abs=1e-6)
    assert GEOMETRY.nearest(joint_position) == ("tip's cylinder", "table")


def test_the_rim_of_a_tilted_tip_is_nearer_to_the_table_than_its_middle() -> None:
    tilt = 0.3
    # The tip-down orientation, turned about the base's x axis by the tilt.
    x, y, _, _ = TIP_DOWN
    cosine, sine = np.cos(0.5 * tilt), np.sin(0.5 * tilt)
    tilted = np.array([cosine * x, cosine * y, sine * y, -sine * x])
    joint_position = KINEMATICS.inverse(np.array([0.6, 0.1, 0.08]), tilted)
    assert GEOMETRY.at(joint_position)[3] == pytest.approx(0.08 - 0.0125 * np.sin(tilt) - TABLE_HEIGHT, abs=1e-5)


def test_the_neutral_pose_is_free() -> None:
    assert GEOMETRY.at(NEUTRAL)[3] > 0.02


@pytest.mark.parametrize("x", [0.45, 0.6, 0.75])
@pytest.mark.parametrize("y", [-0.25, 0.0, 0.25])
def test_the_whole_pushing_table_is_free(x: float, y: float) -> None:
    assert GEOMETRY.at(KINEMATICS.inverse(np.array([x, y, 0.06])))[3] > 0.0149


def test_a_hand_in_the_body_is_seen() -> None:
    folded = NEUTRAL.copy()
    folded[[1, 3, 5]] = -2.2, 2.9, 1.5
    distance = GEOMETRY.at(folded)[3]
    assert distance < 0.0
    assert "table" not in GEOMETRY.nearest(folded)
