import numpy as np

from awac_ros.arms.kinematics import NEUTRAL, Kinematics
from awac_ros.arms.shapes import ArmShapes


def test_every_visual_of_the_urdf_is_a_shape_with_its_colour() -> None:
    shapes = {shape.name: shape for shape in ArmShapes().shapes}
    assert len(shapes) == 16
    pedestal = shapes["pedestal_0"]
    assert (pedestal.kind, pedestal.size, pedestal.carrier) == ("cylinder", (0.15, 0.92), "universe")
    assert shapes["head_0"].kind == "box" and shapes["head_0"].size == (0.04, 0.3, 0.2)
    assert shapes["right_l0_0"].kind == "sphere" and shapes["right_l0_0"].colour == (128, 13, 13)


def test_the_hand_hangs_where_the_kinematics_put_the_tip() -> None:
    arm, kinematics = ArmShapes(), Kinematics()
    shapes, (p_tip_carrier, q_tip_carrier) = arm.hand()
    assert {shape.carrier for shape in shapes} == {"right_j6"}
    p_base_tip, q_base_tip = kinematics.frame_pose(NEUTRAL)
    p_base_carrier, q_base_carrier = arm.poses(NEUTRAL)["right_j6"]
    np.testing.assert_allclose(p_base_carrier, p_base_tip + rotated(q_base_tip[[3, 0, 1, 2]], p_tip_carrier), atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(q_base_carrier), 1.0)
    np.testing.assert_allclose(np.linalg.norm(q_tip_carrier), 1.0)


def rotated(wxyz: np.ndarray, vector: np.ndarray) -> np.ndarray:
    w, axis = wxyz[0], wxyz[1:]
    return vector + 2.0 * np.cross(axis, np.cross(axis, vector) + w * vector)
