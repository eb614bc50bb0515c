"""The smallest study: all the parts of a real one within a minute. What it shows of the methods is nothing."""

from __future__ import annotations

from awac_ros.envs import PUSHING_ID
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.bc import BcConfig
from awac_ros.learning.replay import ReplayConfig
from awac_ros.learning.sac import SacConfig
from awac_ros.learning.trainer import TrainerConfig
from awac_ros.studies.settings import AS_RECORDED
from awac_ros.studies.study import Goal, Prior, Published, Study, Variant

_POLICY = {"policy_hidden": (32,)}
_CRITIC = {"critic_hidden": (32,)}

SMOKE = Study(
    "smoke",
    "Pushing, far too short to learn anything: a trial of this command",
    PUSHING_ID,
    env_keywords={"max_episode_steps": 20},
    prior=Prior(random_episodes=5),
    variants=(
        Variant("awac", TrainerConfig(AwacConfig(**_POLICY, **_CRITIC), ReplayConfig()), offline_updates=100),
        Variant("bc", TrainerConfig(BcConfig(**_POLICY), AS_RECORDED), offline_updates=100, updates_per_step=0),
        Variant("sac", TrainerConfig(SacConfig(**_POLICY, **_CRITIC), ReplayConfig()), prior=False, warm_up=30),
    ),
    seeds=2,
    env_steps=130,
    evaluation_updates=50,
    evaluation_steps=50,
    evaluation_episodes=2,
    checkpoint_seconds=0.0,
    headline="mean_return",
    goals=(Goal("awac", "last", -20.0),),
    published=(Published("a straight line", ((0, -3.0), (130, -2.0))),),
)
