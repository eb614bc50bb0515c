"""The named studies, and one for any environment and data of one's own.

Published curves: Nair et al., arXiv 2006.09359, digitised from the paper's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from awac_ros.envs import PUSHING_ID
from awac_ros.envs.box import make_box
from awac_ros.errors import AwacError
from awac_ros.learning.bc import BcConfig
from awac_ros.learning.trainer import TrainerConfig
from awac_ros.studies import settings
from awac_ros.studies.options import one_by_one
from awac_ros.studies.smoke import SMOKE
from awac_ros.studies.study import Clone, Goal, NoDip, Prior, Published, Study
from awac_ros.tasks import GoalTask

PAPER = "AWAC in its paper"


def _clone(config: BcConfig, episodes: int, updates: int = settings.CLONE_UPDATES) -> Clone:
    return Clone(TrainerConfig(config, settings.AS_RECORDED), updates, episodes)


def _hand(name: str, words: str, env_id: str, env_steps: int, least: float | None, *paper: tuple[int, float]) -> Study:
    return Study(
        name,
        f"{words} with the Adroit hand",
        env_id,
        success_reward=True,
        prior=Prior((f"{name}_dapg_policy.h5",), clone=_clone(settings.HANDS_CLONE, 500)),
        variants=settings.hands_variants(),
        env_steps=env_steps,
        evaluation_steps=max(2_500, env_steps // 40),
        headline="any_success",
        goals=() if least is None else (Goal("awac", "last", least),),
        published=(Published(PAPER, paper),) if paper else (),
    )


def _gym(name: str, env_id: str, least: float, paper: float) -> Study:
    return Study(
        name,
        f"{env_id} from 15 expert episodes",
        env_id,
        prior=Prior((f"{name}_sb3_expert.h5",), clone=_clone(settings.GYM_BC, 100)),
        variants=settings.gym_variants(),
        env_steps=500_000,
        evaluation_steps=12_500,
        evaluation_episodes=10,
        headline="mean_return",
        goals=(Goal("awac", "last", least),),
        no_dips=(NoDip("awac", within=0.1, kept=0.9),),
        published=(Published(PAPER, ((500_000, paper),)),),
    )


_PEN = _hand(
    "pen", "Turning a pen", "AdroitHandPenSparse-v1", 60_000, 0.95, (0, 0.67), (100_000, 0.90), (200_000, 0.91)
)
_DOOR = _hand(
    "door",
    "Opening a door",
    "AdroitHandDoorSparse-v1",
    100_000,
    0.95,
    *((0, 0.20), (100_000, 0.09), (200_000, 0.70), (300_000, 0.84)),
)
_RELOCATE = _hand(
    "relocate", "Carrying a ball", "AdroitHandRelocateSparse-v1", 1_000_000, 0.55, (0, 0.0), (1_000_000, 0.12)
)
_HAMMER = _hand("hammer", "Hammering a nail", "AdroitHandHammerSparse-v1", 300_000, None)
_DOOR_HUMAN = replace(
    _DOOR,
    name="door-human",
    title="Opening a door with the Adroit hand, from a person's demonstrations",
    prior=replace(_DOOR.prior, files=("door_human.h5",), clip_actions=True),
)
_CHEETAH = _gym("halfcheetah", "HalfCheetah-v5", 9_700.0, 9_609.0)
_HALFCHEETAH = replace(
    _CHEETAH,
    prior=replace(_CHEETAH.prior, clone=_clone(settings.CHEETAH_BC, 100, settings.CHEETAH_CLONE_UPDATES)),
    variants=settings.gym_variants(settings.CHEETAH_AWAC, settings.CHEETAH_BC, settings.CHEETAH_SAC),
)
_PUSHING = Study(
    "pushing",
    "Pushing a puck with the Sawyer, from a random process",
    PUSHING_ID,
    prior=Prior(random_episodes=500),
    variants=settings.pushing_variants(),
    seeds=5,
    env_steps=3_000,
    evaluation_steps=500,
    evaluation_episodes=100,
    headline="final_success",
    goals=(Goal("awac", "offline", 0.85), Goal("awac", "last", 0.97)),
    no_dips=(NoDip("awac", within=1.0, kept=0.97),),
    published=(Published(PAPER, ((0, 0.08), (20_000, 0.33))),),
)
_OPTIONS = replace(
    _PUSHING,
    name="options",
    title="Pushing with the Sawyer, one option of AWAC changed at a time",
    variants=one_by_one(_PUSHING.variant("awac")),
    seeds=3,
    goals=(),
    no_dips=(),
    published=(),
)
STUDIES = {
    study.name: study
    for study in (
        _PUSHING,
        _OPTIONS,
        _PEN,
        _DOOR,
        _DOOR_HUMAN,
        _RELOCATE,
        _HAMMER,
        _HALFCHEETAH,
        _gym("walker2d", "Walker2d-v5", 4_850.0, 4_827.0),
        _gym("ant", "Ant-v5", 5_000.0, 4_951.0),
        SMOKE,
    )
}


def find_study(name: str) -> Study:
    """The study of this name; AwacError if there is none."""
    if name not in STUDIES:
        raise AwacError(
            f"there is no study '{name}'; the studies are {', '.join(STUDIES)}; for an environment of your own, name "
            "its data with --prior"
        )
    return STUDIES[name]


def own_study(env_id: str, files: Sequence[Path], success_reward: bool) -> Study:
    """One on any gymnasium environment from files of prior data; AwacError if there is no such environment."""
    env = make_box(env_id, success_reward=success_reward)
    task = env.get_wrapper_attr("task")
    env.close()
    if isinstance(task, GoalTask):
        variants, headline = settings.pushing_variants(), "final_success"
    elif success_reward:
        variants, headline = settings.hands_variants(), "any_success"
    else:
        variants, headline = settings.gym_variants(), "mean_return"
    return Study(
        env_id.replace("/", "_"),
        f"{env_id} from {', '.join(path.name for path in files)}",
        env_id,
        success_reward=success_reward,
        prior=Prior(tuple(str(path) for path in files)),
        variants=variants,
        headline=headline,
    )
