"""The joints of the PyBullet Sawyer, with its table and puck, behind the robot's controller."""

from __future__ import annotations

import numpy as np

from awac_ros.arms.bullet import BulletArm, BulletConfig
from awac_ros.rehearsal.joints import Joints

TIP = np.array([0.6, -0.1, 0.06])
PUCK = np.array([0.6, 0.1, 0.06])


class BulletJoints(Joints):
    """The arm starts with its tip down on the table, the puck beside it."""

    period = 0.01

    def __init__(self) -> None:
        self._arm = BulletArm(BulletConfig(inner_period=self.period, substeps=1))

    def renew(self) -> None:
        self._arm.reset(TIP, PUCK)
        self._read()

    def step(self, wanted: np.ndarray) -> None:
        self._arm.drive(wanted)
        self._read()

    def puck_position(self) -> list[float]:
        """m, base frame."""
        return self._arm.puck_position().tolist()

    def put_puck(self, p_base_puck: list[float]) -> None:
        """As a person does it by hand; m."""
        self._arm.put_puck(np.array(p_base_puck))

    def _read(self) -> None:
        state = self._arm.state()
        self.position, self.velocity = state.joint_position, state.joint_velocity
