"""What Sawyer looks like: the primitive shapes of its URDF, and where its joints carry them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pinocchio

from awac_ros.arms.kinematics import JOINT_NAMES, TIP_FRAME
from awac_ros.errors import AwacError
from awac_ros.resources import resource


@dataclass(frozen=True)
class Shape:
    """A box, a cylinder along z or a sphere, fixed to the frame that carries it."""

    name: str
    carrier: str
    """Of ArmShapes.carriers."""
    kind: str
    """box, cylinder or sphere."""
    size: tuple[float, ...]
    """m: a box's three sides; a cylinder's radius and length; a sphere's radius."""
    position: np.ndarray
    """(3,) m, in the carrier's frame."""
    orientation: np.ndarray
    """(4,) quaternion wxyz, in the carrier's frame."""
    colour: tuple[int, int, int]


class ArmShapes:
    """The arm's shapes by the joints that carry them; the shapes beyond the last joint are the hand."""

    def __init__(self) -> None:
        path = str(resource("urdf/sawyer.urdf"))
        self._model = pinocchio.buildModelFromUrdf(path)
        self._data = self._model.createData()
        self._columns = [self._model.joints[self._model.getJointId(name)].idx_q for name in JOINT_NAMES]
        self._tip = self._model.getFrameId(TIP_FRAME)
        self.carriers = tuple(self._model.names)
        """The fixed frame and every joint."""
        visuals = pinocchio.buildGeomFromUrdf(self._model, path, pinocchio.GeometryType.VISUAL)
        self.shapes = tuple(self._shape(visual) for visual in visuals.geometryObjects)

    def poses(self, joint_position: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By carrier: position (3,) m and quaternion wxyz (4,) in the base frame, at joint angles (7,) rad."""
        configuration = pinocchio.neutral(self._model)
        configuration[self._columns] = joint_position
        pinocchio.forwardKinematics(self._model, self._data, configuration)
        return {name: _pose(self._data.oMi[index]) for index, name in enumerate(self.carriers)}

    def hand(self) -> tuple[tuple[Shape, ...], tuple[np.ndarray, np.ndarray]]:
        """The hand's shapes, and the pose of their carrier in the frame of the tip: position (3,) and wxyz (4,)."""
        X_joint_tip = self._model.frames[self._tip].placement
        shapes = tuple(shape for shape in self.shapes if shape.carrier == JOINT_NAMES[-1])
        return shapes, _pose(X_joint_tip.inverse())

    def _shape(self, visual: pinocchio.GeometryObject) -> Shape:
        kind, size = _primitive(visual)
        position, orientation = _pose(visual.placement)
        colour = tuple(round(255 * float(part)) for part in visual.meshColor[:3])
        return Shape(visual.name, self.carriers[visual.parentJoint], kind, size, position, orientation, colour)


def _primitive(visual: pinocchio.GeometryObject) -> tuple[str, tuple[float, ...]]:
    geometry = visual.geometry
    match type(geometry).__name__:
        case "Box":
            return "box", tuple(2.0 * float(side) for side in geometry.halfSide)
        case "Cylinder":
            return "cylinder", (geometry.radius, 2.0 * geometry.halfLength)
        case "Sphere":
            return "sphere", (geometry.radius,)
    raise AwacError(f"urdf/sawyer.urdf: the shape of {visual.name} is no box, cylinder or sphere; use one of these")


def _pose(placement: pinocchio.SE3) -> tuple[np.ndarray, np.ndarray]:
    x, y, z, w = pinocchio.Quaternion(placement.rotation).coeffs()
    return placement.translation.copy(), np.array((w, x, y, z))
