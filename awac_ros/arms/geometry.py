"""Where the arm's parts are: how far from each other, and from the table."""

from __future__ import annotations

import coal
import numpy as np
import pinocchio

from awac_ros.arms.kinematics import TIP_FRAME, Kinematics

JOINTS_BETWEEN = 3
"""Parts with fewer joints between them can't meet, or touch by construction."""
ELBOW = 4
"""Number of the joint (from 1) from which on the parts can reach the table."""


class ArmGeometry:
    """The URDF's collision shapes as spheres and capsules, and the table as everything below its top.

    A cylinder becomes the capsule of its radius and length, so that its ends reach a radius further; a box the capsule
    around it. Against the table the tip stays the cylinder it is.
    """

    def __init__(self, kinematics: Kinematics, table_height: float) -> None:
        """`table_height` in m, base frame."""
        self._model = kinematics.model
        self._data = self._model.createData()
        self._tip = self._model.getFrameId(TIP_FRAME)
        self._geometry = geometry = pinocchio.GeometryModel()
        parts = []
        for shape in kinematics.shapes.geometryObjects:
            part = shape.copy()
            part.geometry = _capsule(shape.geometry)
            parts.append((geometry.addGeometryObject(part), part.parentJoint))
        for number, (first, first_joint) in enumerate(parts):
            for second, second_joint in parts[number + 1 :]:
                if second_joint - first_joint >= JOINTS_BETWEEN:
                    geometry.addCollisionPair(pinocchio.CollisionPair(first, second))
        below = coal.Halfspace(np.array([0.0, 0.0, 1.0]), table_height)
        table = geometry.addGeometryObject(pinocchio.GeometryObject("table", 0, pinocchio.SE3.Identity(), below))
        tip = kinematics.shapes.geometryObjects[-1]
        tip.name = "tip's cylinder"
        parts[-1] = (geometry.addGeometryObject(tip), tip.parentJoint)
        for part, joint in parts:
            if joint >= ELBOW:
                geometry.addCollisionPair(pinocchio.CollisionPair(part, table))
        self._placements = pinocchio.GeometryData(geometry)
        self._distances = self._placements.distanceResults

    def at(self, joint_position: np.ndarray) -> tuple[float, float, float, float]:
        """x, y, z of the tip in m, and the smallest distance in m (negative: a depth) of any two that may not meet."""
        pinocchio.updateGeometryPlacements(self._model, self._data, self._geometry, self._placements, joint_position)
        nearest = pinocchio.computeDistances(self._geometry, self._placements)
        p_base_tip = pinocchio.updateFramePlacement(self._model, self._data, self._tip).translation
        return *p_base_tip.tolist(), self._distances[nearest].min_distance

    def nearest(self, joint_position: np.ndarray) -> tuple[str, str]:
        """The names of the two parts that are nearest to each other."""
        self.at(joint_position)
        nearest = min(range(len(self._distances)), key=lambda i: self._distances[i].min_distance)
        pair = self._geometry.collisionPairs[nearest]
        return tuple(self._geometry.geometryObjects[part].name for part in (pair.first, pair.second))


def _capsule(shape: coal.ShapeBase) -> coal.ShapeBase:
    if isinstance(shape, coal.Cylinder):
        return coal.Capsule(shape.radius, 2.0 * shape.halfLength)
    if isinstance(shape, coal.Box):
        x, y, z = shape.halfSide
        return coal.Capsule(float(np.hypot(x, y)), 2.0 * float(z))
    return shape
