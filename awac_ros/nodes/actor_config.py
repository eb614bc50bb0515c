"""The actor's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from awac_ros.data.labels import LiveRule
from awac_ros.errors import AwacError
from awac_ros.nodes.parameters import parameter

COLLECT, TRAIN, EVAL = "collect", "train", "eval"


@dataclass(frozen=True)
class ActorConfig:
    """How it acts, how much, and what it may wait for."""

    task: str = parameter("pushing", "The task to act in; refused at configure if none has this name.")
    mode: str = parameter(
        TRAIN,
        "collect: a human drives; train: the policy acts and explores; eval: the policy's mean action.",
        choices=(COLLECT, TRAIN, EVAL),
    )
    autostart: bool = parameter(True, "Configure and activate the node by itself.")
    lockstep: bool = parameter(False, "Wait for the simulated arm, the operator and the learner: repeatable.")
    seed: int = parameter(0, "Of scenes and of the policy's noise.", low=0, high=2**31 - 1)
    episodes: int = parameter(0, "End after so many episodes that were not discarded; 0: no end.", low=0, high=10**9)
    env_steps: int = parameter(0, "End after so many transitions; 0: no end.", low=0, high=10**9)
    record_idle: bool = parameter(
        False, "collect: record steps also while nobody holds the dead-man; else the episode waits meanwhile."
    )
    push_back: bool = parameter(
        False,
        "Before an episode, push the puck to where it starts, or ask the operator to; else it starts where it lies.",
    )
    reward: str = parameter(
        "task",
        "task: the task's own; person: -1 a step and 0 for the one at which a person marks success.",
        choices=get_args(LiveRule),
    )
    out: str = parameter(
        "",
        "train: folder that keeps, in actors/, what each start makes until the buffer has it; what a killed actor left "
        "there is delivered. Empty: a temporary folder of its own.",
    )
    weights: str = parameter("", "A safetensors file of policy weights, used until the learner publishes.")
    teleop_timeout: float = parameter(
        0.2, "s after the last twist at which the dead-man counts as released.", low=0.02, high=5.0
    )
    state_timeout: float = parameter(
        0.2, "s after which a state is too old to act on, in real time.", low=0.02, high=5.0
    )
    max_queued: int = parameter(
        5000, "Transitions that may wait for the buffer before acting stops.", low=1, high=10**7
    )


def check(config: ActorConfig) -> None:
    """AwacError for parameters that don't go together."""
    if config.lockstep and not config.autostart:
        raise AwacError("actor: in lockstep there are no services to configure it by; leave out lockstep or autostart")
