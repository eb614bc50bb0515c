"""The physical Sawyer: follows twists through the guard, by way of the agent on the robot's workstation."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from awac_ros.arms import sawyer_agent as agent
from awac_ros.arms.arm import Arm, ArmState
from awac_ros.arms.guard import Guard
from awac_ros.arms.kinematics import JOINT_NAMES, Kinematics
from awac_ros.arms.limits import SafetyLimits
from awac_ros.arms.sawyer_agent import LinkError, State
from awac_ros.arms.sawyer_link import SawyerLink
from awac_ros.errors import AwacError

_WAY_OUT = {
    agent.NOT_ENABLED: "release the E-stop, then call robot/reset, robot/enable and arm/resume",
    agent.COLLIDED: "free the arm, then call arm/resume",
    agent.CUFF_PRESSED: "let go of the cuff, then call arm/resume",
}


class SawyerArm(Arm):
    """Connects and checks without motion; held by the robot itself until `resume`."""

    joint_names = JOINT_NAMES
    inner_period = agent.PERIOD

    def __init__(self, host: str, port: int = agent.PORT, limits: SafetyLimits | None = None) -> None:
        """AwacError where the agent can't be reached, or where the robot is not the one the URDF describes."""
        self._host, self._port = host, port
        self.kinematics = Kinematics()
        limits = replace(limits or SafetyLimits(), state_age=agent.STALE)
        self._guard = Guard(self.kinematics, self.inner_period, limits)
        self._guard.stop("the arm was not started yet; call arm/resume")
        self._engaged = False
        self._link: SawyerLink | None = None
        self._connect()

    def _connect(self) -> None:
        self._link = SawyerLink(self._host, self._port)
        try:
            self._check()
            self._observe()
        except AwacError:
            self.close()
            raise

    def _check(self) -> None:
        """AwacError unless the robot has the joints and the limits that motion is planned with, and is homed."""
        welcome = self.robot_description
        if welcome.names != JOINT_NAMES:
            raise AwacError(f"the robot's joints are {', '.join(welcome.names)}, but this driver is for {JOINT_NAMES}")
        margin = self._guard.limits.joint_margin
        for index, name in enumerate(JOINT_NAMES):
            lower, upper = self.kinematics.lower[index] + margin, self.kinematics.upper[index] - margin
            if welcome.lower[index] > lower or welcome.upper[index] < upper:
                raise AwacError(
                    f"{name} of this robot turns from {welcome.lower[index]:.3f} to {welcome.upper[index]:.3f} rad, "
                    f"but motion is planned from {lower:.3f} to {upper:.3f}; correct its limits in urdf/sawyer.urdf"
                )
            fastest = self._guard.limits.joint_velocity[index]
            if welcome.velocity[index] < fastest:
                raise AwacError(
                    f"{name} of this robot turns at most at {welcome.velocity[index]:.3f} rad/s, but the safety limits "
                    f"allow {fastest:.3f}; lower joint_velocity"
                )
        if not self.robot_state.flags & agent.HOMED:
            raise AwacError("the robot is not homed; home it with its own buttons, then start again")

    @property
    def robot_description(self) -> agent.Welcome:
        """What the agent said of the robot when the link was made; AwacError without a link."""
        return self._linked().welcome

    @property
    def robot_state(self) -> State:
        """The robot's newest state; AwacError without a link."""
        return self._linked().state

    @property
    def connected(self) -> bool:
        """Whether there is a link to the agent."""
        return self._link is not None

    def _linked(self) -> SawyerLink:
        if self._link is None:
            raise AwacError("there is no link to the agent; start it if need be, then call arm/resume")
        return self._link

    def state(self) -> ArmState:
        return self._state

    def velocity(self) -> np.ndarray:
        """(6,) [m/s, rad/s]: the tip's measured twist in the base frame."""
        return self.kinematics.tip_jacobian(self._state.joint_position)[2] @ self._state.joint_velocity

    def _observe(self) -> None:
        link = self._linked()
        robot = link.state
        # By its arrival: that the robot's own measurements are fresh, and commands in time, is the agent's to see to.
        self._state = self._guard.observe(
            link.received, *(np.array(values) for values in robot[1:4]), np.array(robot.wrench)
        )

    def follow(self, v_base_tip: np.ndarray) -> None:
        if self._link is None:
            self._guard.follow(v_base_tip, self._state.time)
            return
        try:
            if self._link.poll():
                self._observe()
                self._heed_agent(self._link.state)
            wanted = self._guard.follow(v_base_tip, time.monotonic())
            self._link.command(wanted)
            if self._engaged and self.stop_reason is not None and not wanted.any():
                self._engaged = False
                self._link.request(agent.RELEASE)
        except LinkError as error:
            self._lose(str(error))

    def _heed_agent(self, robot: State) -> None:
        """The agent's own stop is ours, too."""
        if self._engaged and robot.stop != agent.NONE:
            self._engaged = False
            way_out = _WAY_OUT.get(robot.stop, "check the robot and its workstation, then call arm/resume")
            self.stop(f"{agent.STOPS[robot.stop]}; {way_out}")

    def _lose(self, why: str) -> None:
        self._link.close()
        self._link, self._engaged = None, False
        self.stop(f"the link to the robot is lost ({why}); see to the agent, then call arm/resume")

    def stop(self, reason: str) -> None:
        self._guard.stop(reason)

    def resume(self) -> None:
        """From rest at the measured position; AwacError where the robot can't be moved, which stays stopped then."""
        if self._engaged or self.stop_reason is None:
            self._guard.resume()  # it brakes still, or moves: the next command goes on from there
            return
        if self._link is None:
            self._connect()
        try:
            refusal = self._link.ask(agent.ENGAGE)
        except LinkError as error:
            self._lose(str(error))
            raise AwacError(f"the agent does not answer ({error}); see to it, then call arm/resume") from error
        if refusal:
            raise AwacError(f"the robot can't be moved: {refusal}")
        self._observe()
        self._guard.rest()
        self._guard.resume()
        self._engaged = True

    def request(self, action: int) -> int:
        """Ask the robot for ENABLE, DISABLE, RESET, OPEN_GRIPPER or CLOSE_GRIPPER; AwacError without a link."""
        link = self._linked()
        try:
            return link.request(action)
        except LinkError as error:
            self._lose(str(error))
            raise AwacError(str(self.stop_reason)) from error

    def answer(self, request: int) -> tuple[bool, str] | None:
        """Whether that was done, and why not; None while `follow` has not heard the answer."""
        if self._link is None:
            return False, "the link to the robot was lost"
        return self._link.answer(request)

    def hold(self, age: float) -> None:
        self._guard.hold(time.monotonic() - age)

    @property
    def held(self) -> bool:
        return self._guard.held(time.monotonic())

    @property
    def stop_reason(self) -> str | None:
        return self._guard.stop_reason

    def close(self) -> None:
        """Let go: the agent brakes and holds the arm."""
        if self._link is not None:
            self._link.close()
            self._link = None
