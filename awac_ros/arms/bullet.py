"""A Sawyer, a table and a puck in PyBullet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from awac_ros.arms.arm import ArmState, SimulatedArm
from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import JOINT_NAMES, NEUTRAL, Kinematics, each_joint
from awac_ros.arms.lighter_urdf import lighter_urdf
from awac_ros.arms.limits import SafetyLimits
from awac_ros.arms.quiet import quiet_native_output
from awac_ros.resources import resource

with quiet_native_output():
    import pybullet
    from pybullet_utils.bullet_client import BulletClient

TABLE_CENTRE = (0.7, 0.0)
"""m: where the middle of the table top stands in the base frame."""
MAX_LAG = 0.02
"""rad: beyond this a blocked joint's target waits for it."""
PUSHED = 0.05
"""rad: a joint that is pushed so far off its target, or beyond MAX_LAG at rest, is held with all its effort.

The servo's own torques are as weak as what a joint carries is light: half a newton from the puck turned the wrist.
"""
MARK_CORNERS = 48
MARK_HEIGHT = 0.001
"""m above the table, so that it shows."""
MARK_COLOUR = (0.3, 0.85, 0.35, 1.0)


@dataclass(frozen=True)
class BulletConfig:
    """Figures of the simulated world."""

    inner_period: float = 0.025
    """s between two velocity commands to the joints."""
    substeps: int = 3
    """Physics steps an inner period."""
    table_height: float = 0.045
    """m above the arm's base."""
    table_friction: float = 0.5
    """Coulomb coefficient between puck and table."""
    tip_friction: float = 0.3
    """Coulomb coefficient between tip and puck."""
    solver_iterations: int = 6
    """Of the contact constraints, a physics step."""
    servo_gain: float = 10.0
    """1/s: how fast a joint that lags behind the integral of its velocity catches up."""


class BulletArm(SimulatedArm):
    """The simulated arm; its joints follow velocities as the robot's own velocity mode does, gravity compensated."""

    joint_names = JOINT_NAMES

    def __init__(self, config: BulletConfig | None = None, limits: SafetyLimits | None = None) -> None:
        self.config = config or BulletConfig()
        self.inner_period = self.config.inner_period
        self.kinematics = Kinematics()
        self._guard = Guard(self.kinematics, self.inner_period, limits)
        self._time = 0.0
        self._mark: int | None = None
        self._holds = False
        with quiet_native_output():
            self._build_world()
        self._initial = self._bullet.saveState()
        self._place_arm(NEUTRAL)

    def _build_world(self) -> None:
        self._bullet = bullet = BulletClient(pybullet.DIRECT)
        bullet.setGravity(0.0, 0.0, -9.81)
        bullet.setPhysicsEngineParameter(
            fixedTimeStep=self.config.inner_period,
            numSubSteps=self.config.substeps,
            numSolverIterations=self.config.solver_iterations,
            deterministicOverlappingPairs=1,
        )
        flags = pybullet.URDF_USE_INERTIA_FROM_FILE | pybullet.URDF_MERGE_FIXED_LINKS
        with TemporaryDirectory(prefix="awac_bullet_") as folder:
            urdf = lighter_urdf(resource("urdf/sawyer.urdf"), Path(folder))
            self._arm = bullet.loadURDF(str(urdf), useFixedBase=True, flags=flags)
        self._table = bullet.loadURDF(
            str(resource("urdf/table.urdf")), (*TABLE_CENTRE, self.config.table_height), useFixedBase=True
        )
        self._puck = bullet.loadURDF(
            str(resource("urdf/puck.urdf")),
            (0.6, 0.0, self.config.table_height + 0.015),
            flags=flags,
        )
        by_name = {
            bullet.getJointInfo(self._arm, index)[1].decode(): index for index in range(bullet.getNumJoints(self._arm))
        }
        self._joints = [by_name[name] for name in JOINT_NAMES]
        # No velocity motors: the servo below commands torques.
        free = [0.0] * len(self._joints)
        bullet.setJointMotorControlArray(self._arm, self._joints, pybullet.VELOCITY_CONTROL, forces=free)
        # Bullet multiplies the coefficients of two touching bodies; the puck carries 1.
        bullet.changeDynamics(self._puck, -1, lateralFriction=1.0, linearDamping=0.0, angularDamping=0.0)
        bullet.changeDynamics(self._table, -1, lateralFriction=self.config.table_friction)
        bullet.changeDynamics(self._arm, self._joints[-1], lateralFriction=self.config.tip_friction)
        self._effort_high, self._effort_low = self.kinematics.effort_limit, -self.kinematics.effort_limit
        self._max_lag = each_joint(MAX_LAG)
        self._servo_gain = each_joint(self.config.servo_gain)
        self._periods = each_joint(self.inner_period)
        # Bullet merges the inertias of fixed links in a way of its own.
        for number, joint in enumerate(self._joints):
            mass, _, moments, centre, axes = bullet.getDynamicsInfo(self._arm, joint)[:5]
            self.kinematics.set_inertia(number, mass, centre, axes, moments)
        # Bound once: the client looks its methods up anew at every call.
        self._step = bullet.stepSimulation
        self._command_joints = bullet.setJointMotorControlArray
        self._read_joints = bullet.getJointStates
        self._read_body = bullet.getBasePositionAndOrientation

    def reset(self, p_base_tip: np.ndarray, p_base_puck: np.ndarray) -> None:
        joint_position = self.kinematics.inverse(p_base_tip)
        # Lift the puck off everything, so that Bullet forgets its contacts, and go back to the first instant: what
        # follows then depends on the arguments alone.
        self._bullet.resetBasePositionAndOrientation(self._puck, (0.6, 0.0, 2.0), (0.0, 0.0, 0.0, 1.0))
        self._step()
        self._bullet.restoreState(self._initial)
        self.put_puck(p_base_puck)
        self._place_arm(joint_position)

    def put_puck(self, p_base_puck: np.ndarray) -> None:
        """Put the puck (3,) m there at rest, and leave the arm as it is."""
        self._bullet.resetBasePositionAndOrientation(self._puck, p_base_puck.tolist(), (0.0, 0.0, 0.0, 1.0))

    def pose(self, joint_position: np.ndarray, p_base_puck: np.ndarray) -> None:
        """Put the joints (7,) rad and the puck (3,) m exactly there, for a picture of another world."""
        self.put_puck(p_base_puck)
        self._place_arm(joint_position)

    def mark(self, p_base: np.ndarray, radius: float) -> None:
        """Show one flat green disc around p_base (3,) m, which touches nothing; then never reset the world."""
        if self._mark is None:
            angle = np.linspace(0.0, 2.0 * np.pi, MARK_CORNERS, endpoint=False)
            rim = np.column_stack((radius * np.cos(angle), radius * np.sin(angle), np.zeros(MARK_CORNERS)))
            shape = self._bullet.createVisualShape(
                pybullet.GEOM_MESH,
                vertices=rim.tolist(),
                indices=[corner for k in range(1, MARK_CORNERS - 1) for corner in (0, k, k + 1)],
                normals=[(0.0, 0.0, 1.0)] * MARK_CORNERS,
                rgbaColor=MARK_COLOUR,
            )
            self._mark = self._bullet.createMultiBody(0.0, -1, shape)
        place = (p_base[0], p_base[1], p_base[2] + MARK_HEIGHT)
        self._bullet.resetBasePositionAndOrientation(self._mark, place, (0.0, 0.0, 0.0, 1.0))

    def _place_arm(self, joint_position: np.ndarray) -> None:
        for joint, angle in zip(self._joints, joint_position, strict=True):
            self._bullet.resetJointState(self._arm, joint, float(angle))
        self._target_position = joint_position.copy()
        self._guard.rest()
        self._read()

    def _read(self) -> None:
        position, velocity, _, effort = zip(*self._read_joints(self._arm, self._joints), strict=True)
        self._state = self._guard.observe(self._time, np.array(position), np.array(velocity), np.array(effort))

    def state(self) -> ArmState:
        return self._state

    def follow(self, v_base_tip: np.ndarray) -> None:
        self.drive(self._guard.follow(v_base_tip, self._time))

    def drive(self, joint_velocity: np.ndarray) -> None:
        """Let one inner period pass while the joints follow (7,) rad/s: the robot's side of the guard."""
        self._target_position += joint_velocity * self._periods
        self._servo(joint_velocity)
        self._step()
        self._time += self.inner_period
        self._read()

    def _servo(self, joint_velocity: np.ndarray) -> None:
        """Computed torque: the joints reach the wanted velocity, and its integral, as the robot's own servos do."""
        measured = self._state
        lag = self._target_position - measured.joint_position
        farthest = max(map(abs, lag.tolist()))
        if farthest > MAX_LAG:
            lag = np.minimum(np.maximum(lag, -self._max_lag), self._max_lag)
        wanted = joint_velocity + self._servo_gain * lag
        allowed = MAX_LAG if self._holds or not any(joint_velocity.tolist()) else PUSHED
        self._hold(farthest > allowed, wanted)
        if not self._holds:
            self._target_position = measured.joint_position + lag
        acceleration = (wanted - measured.joint_velocity) / self._periods
        torque = self.kinematics.inverse_dynamics(measured.joint_position, measured.joint_velocity, acceleration)
        torque = np.minimum(np.maximum(torque, self._effort_low), self._effort_high)
        self._command_joints(self._arm, self._joints, pybullet.TORQUE_CONTROL, forces=torque.tolist())

    def _hold(self, holds: bool, joint_velocity: np.ndarray) -> None:
        """Let Bullet's motors enforce (7,) rad/s with each joint's whole effort, or let go."""
        if holds or self._holds:
            forces = self._effort_high.tolist() if holds else [0.0] * len(self._joints)
            velocities = joint_velocity.tolist()
            self._command_joints(
                self._arm, self._joints, pybullet.VELOCITY_CONTROL, targetVelocities=velocities, forces=forces
            )
        self._holds = holds

    def stop(self, reason: str) -> None:
        self._guard.stop(reason)

    def resume(self) -> None:
        self._guard.resume()

    def hold(self, age: float) -> None:
        self._guard.hold(self._time - age)

    @property
    def held(self) -> bool:
        return self._guard.held(self._time)

    @property
    def stop_reason(self) -> str | None:
        return self._guard.stop_reason

    def puck_position(self) -> np.ndarray:
        return np.array(self._read_body(self._puck)[0])

    def picture(self, width: int, height: int) -> np.ndarray:
        """(height, width, 3) uint8: the scene seen from beside the table, its edges smoothed."""
        view, projection = self._camera(width / height)
        image = self._bullet.getCameraImage(
            2 * width, 2 * height, view, projection, lightDirection=(0.6, -0.8, 1.5), renderer=pybullet.ER_TINY_RENDERER
        )
        pixels = np.reshape(image[2], (height, 2, width, 2, 4))[..., :3]
        return pixels.mean(axis=(1, 3)).astype(np.uint8)

    def pixels(self, p_base: np.ndarray, width: int, height: int) -> np.ndarray:
        """(N, 2) columns and rows of `picture` at which points (N, 3) m appear."""
        view, projection = (np.reshape(matrix, (4, 4), order="F") for matrix in self._camera(width / height))
        points = np.column_stack((p_base, np.ones(len(p_base)))) @ (projection @ view).T
        places = 0.5 + 0.5 * points[:, :2] / points[:, 3:] * (1.0, -1.0)
        return places * (width, height)

    def _camera(self, aspect: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The matrices of view and projection, 16 numbers each, by columns."""
        view = self._bullet.computeViewMatrix((1.4, -0.8, 0.8), (0.42, 0.0, 0.26), (0.0, 0.0, 1.0))
        return view, self._bullet.computeProjectionMatrixFOV(46.0, aspect, 0.05, 5.0)

    def close(self) -> None:
        if self._bullet.isConnected():
            self._bullet.disconnect()
