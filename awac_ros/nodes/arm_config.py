"""The arm node's parameters, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from awac_ros.arms import sawyer_agent
from awac_ros.arms.limits import SafetyLimits
from awac_ros.errors import AwacError
from awac_ros.nodes.parameters import parameter

SAWYER = "sawyer"
"""The name of the physical arm."""
_SHORTEST_HOLD = 0.1
"""s: three words of the operator's page, which says 30 times a second that something is held."""


@dataclass(frozen=True)
class ArmConfig:
    """The arm's parameters."""

    arm: str = parameter(
        "bullet", "Which arm: bullet is the PyBullet Sawyer, sawyer the physical one.", choices=("bullet", SAWYER)
    )
    robot_host: str = parameter("127.0.0.1", "Of the physical robot's agent: the machine that it runs on.")
    robot_port: int = parameter(sawyer_agent.PORT, "Of the physical robot's agent: its TCP port.", low=1, high=65535)
    autostart: bool = parameter(True, "Configure and activate the node by itself.")
    lockstep: bool = parameter(False, "Simulate one control period for each command, as fast as the commands come.")
    speed: float = parameter(
        1.0, "Simulated seconds a second of real time; other than 1 needs use_sim_time.", low=0.01, high=100.0
    )
    control_period: float = parameter(0.1, "s that pass for each command in lockstep.", low=0.001, high=10.0)
    command_timeout: float = parameter(
        0.2, "s without a command after which a moving arm stops; older commands are refused.", low=0.01, high=5.0
    )
    dead_man: float = parameter(
        0.0,
        "s for which a person's hold, said on arm/hold, lets the arm move; 0: the arm moves without.",
        low=0.0,
        high=2.0,
    )
    workspace_low: tuple = parameter(
        SafetyLimits.workspace_low, "m, base frame: lower corner of the box that the tip stays in."
    )
    workspace_high: tuple = parameter(SafetyLimits.workspace_high, "m: its upper corner; awac teach-box writes both.")

    @property
    def limits(self) -> SafetyLimits:
        """The figures that motion is held to; AwacError where the box can't be meant."""
        return replace(
            SafetyLimits(),
            workspace_low=self.workspace_low,
            workspace_high=self.workspace_high,
            dead_man=self.dead_man or None,
        )


def check(config: ArmConfig, use_sim_time: bool) -> None:
    """AwacError for parameters that don't go together."""
    if config.speed != 1.0 and not use_sim_time:
        raise AwacError(f"arm: speed is {config.speed}, so the other nodes need its clock; set use_sim_time on all")
    if config.arm == SAWYER and (config.lockstep or use_sim_time):
        raise AwacError("arm: the physical robot waits for nobody; lockstep and use_sim_time go with bullet only")
    if config.dead_man and config.lockstep:
        raise AwacError("arm: in lockstep nobody can hold a dead-man; leave out lockstep or dead_man")
    if 0.0 < config.dead_man < _SHORTEST_HOLD:
        raise AwacError(
            f"arm: dead_man is {config.dead_man} s, shorter than a hold is said again; give {_SHORTEST_HOLD} or more"
        )
