"""The settings of every method on each kind of task; catalog.py puts them together with tasks and data.

Hands: found on the pen, with one seed of each of five settings. Gym: networks and learning rate after the AWAC
authors' own. HalfCheetah: found with one seed. On each task the same for every method, so that a comparison compares
methods.
"""

from __future__ import annotations

from dataclasses import replace

from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.bc import BcConfig
from awac_ros.learning.methods import MethodConfig
from awac_ros.learning.replay import ReplayConfig
from awac_ros.learning.sac import SacConfig
from awac_ros.learning.trainer import TrainerConfig
from awac_ros.studies.study import Variant

AS_RECORDED = ReplayConfig(original_goals=1.0, drawn_goals=0.0, future_goals=0.0)
"""No hindsight: the only way where a task has no goals, and for cloning, since no other goal explains an action."""
ENSEMBLE = {"critics": 5, "target_critics": 2}
HALF_ONLINE = replace(AS_RECORDED, online_fraction=0.5)

# Hands: rewards 0 and -1, 25 demonstrations and their clone's episodes.
HANDS_POLICY = {"policy_hidden": (256, 256), "policy_learning_rate": 1e-3}
HANDS_CRITIC = {
    "critic_hidden": (256, 256),
    "critic_layer_norm": True,
    "critic_learning_rate": 5e-4,
    "discount": 0.99,
    "reward_scale": 1.0,
    "tau": 0.005,
}
HANDS_AWAC = AwacConfig(**HANDS_POLICY, **HANDS_CRITIC, **ENSEMBLE, log_std="shared", temperature=0.3, value="mean")
HANDS_BC = BcConfig(**HANDS_POLICY, log_std="shared")
HANDS_SAC = SacConfig(**HANDS_POLICY, **HANDS_CRITIC, alpha_learning_rate=3e-4)
HANDS_BATCH = 512
HANDS_UPDATES_PER_STEP = 3
HANDS_OFFLINE_UPDATES = 10_000
HANDS_CLONE = BcConfig(policy_hidden=(256, 256, 256), policy_learning_rate=3e-4)
"""Whose episodes join the demonstrations."""

# Gym: the environment's own rewards, 15 expert episodes and their clone's.
GYM_POLICY = {"policy_hidden": (256, 256, 256, 256), "policy_learning_rate": 3e-4}
GYM_CRITIC = {
    "critic_hidden": (256, 256),
    "critic_layer_norm": True,
    "critic_learning_rate": 3e-4,
    "discount": 0.99,
    "reward_scale": 1.0,
    "tau": 0.005,
}
GYM_AWAC = AwacConfig(**GYM_POLICY, **GYM_CRITIC, **ENSEMBLE, log_std="shared", temperature=2.0)
GYM_BC = BcConfig(**GYM_POLICY, log_std="shared")
GYM_SAC = SacConfig(**GYM_POLICY, **GYM_CRITIC, alpha_learning_rate=3e-4)
GYM_OFFLINE_UPDATES = 25_000
GYM_UPDATES_PER_STEP = 2

# HalfCheetah: a policy and a clone that fit the actions more closely, critics that keep up with the returns.
CHEETAH_POLICY = {"policy_hidden": (256, 256), "policy_learning_rate": 1e-3}
CHEETAH_CRITIC = {**GYM_CRITIC, "critic_learning_rate": 1e-3, "reward_scale": 0.1, "tau": 0.02}
CHEETAH_AWAC = AwacConfig(**CHEETAH_POLICY, **CHEETAH_CRITIC, log_std="shared", temperature=2.0)
CHEETAH_BC = BcConfig(**CHEETAH_POLICY, log_std="shared")
CHEETAH_SAC = SacConfig(**CHEETAH_POLICY, **CHEETAH_CRITIC, alpha_learning_rate=3e-4)
CHEETAH_CLONE_UPDATES = 30_000
"""A clone of the gym's settings, after 6,000, had half of its episodes return less than 0; this one, 4 of 100."""

# Pushing: the package's own defaults, hindsight included.
PUSHING_OFFLINE_UPDATES = 25_000
PUSHING_UPDATES_PER_STEP = 4

CLONE_UPDATES = 10_000
WARM_UP = 1_000
"""Environment steps that SAC without offline training takes before it learns."""


def hands_variants() -> tuple[Variant, ...]:
    return _variants(
        HANDS_AWAC,
        HANDS_BC,
        HANDS_SAC,
        HALF_ONLINE,
        HANDS_OFFLINE_UPDATES,
        batch_size=HANDS_BATCH,
        updates_per_step=HANDS_UPDATES_PER_STEP,
        normalised=True,
    )


def gym_variants(awac: AwacConfig = GYM_AWAC, bc: BcConfig = GYM_BC, sac: SacConfig = GYM_SAC) -> tuple[Variant, ...]:
    return _variants(
        awac,
        bc,
        sac,
        HALF_ONLINE,
        GYM_OFFLINE_UPDATES,
        updates_per_step=GYM_UPDATES_PER_STEP,
        normalised=True,
    )


def pushing_variants() -> tuple[Variant, ...]:
    return _variants(
        AwacConfig(),
        BcConfig(),
        SacConfig(),
        ReplayConfig(),
        PUSHING_OFFLINE_UPDATES,
        updates_per_step=PUSHING_UPDATES_PER_STEP,
        normalised=False,
    )


def _variants(
    awac: AwacConfig,
    bc: BcConfig,
    sac: SacConfig,
    replay: ReplayConfig,
    offline_updates: int,
    *,
    normalised: bool,
    updates_per_step: int = 1,
    batch_size: int = TrainerConfig.batch_size,
) -> tuple[Variant, ...]:
    """awac and sac-pretrained learn offline and go on; bc stays as it is; sac and sacfd begin online."""

    def variant(name: str, method: MethodConfig, replay: ReplayConfig = replay, **fields: object) -> Variant:
        common = {"updates_per_step": updates_per_step, "normalised": normalised}
        return Variant(name, TrainerConfig(method, replay, batch_size), **{**common, **fields})

    return (
        variant("awac", awac, offline_updates=offline_updates),
        variant("bc", bc, AS_RECORDED, offline_updates=offline_updates, updates_per_step=0),
        variant("sac", sac, prior=False, warm_up=WARM_UP),
        variant("sacfd", sac, warm_up=WARM_UP),
        variant("sac-pretrained", sac, offline_updates=offline_updates),
    )
