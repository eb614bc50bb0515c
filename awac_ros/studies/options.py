"""What each of AWAC's options buys: a study of variants that differ from its defaults in one setting each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from awac_ros.learning.trainer import TrainerConfig
from awac_ros.studies.study import Variant

METHOD: dict[str, dict[str, Any]] = {
    "exp-weights": {"weights": "exp"},
    "value-at-mean": {"value": "mean"},
    "tanh-gaussian": {"distribution": "tanh"},
    "state-log-std": {"log_std": "state"},
    "no-layer-norm": {"critic_layer_norm": False},
    "five-critics": {"critics": 5, "target_critics": 2},
    "newest-policy-acts": {"policy_average": 1.0},
    "slow-targets": {"tau": 0.005},
    "cold": {"temperature": 0.02},
    "hot": {"temperature": 2.0},
}
REPLAY: dict[str, dict[str, Any]] = {
    "half-online": {"online_fraction": 0.5},
    "no-hindsight": {"original_goals": 1.0, "drawn_goals": 0.0, "future_goals": 0.0},
}
COURSE: dict[str, dict[str, Any]] = {
    "one-update-a-step": {"updates_per_step": 1},
    "warm-up": {"warm_up": 1_000},
    "no-offline-training": {"offline_updates": 0},
}


def one_by_one(base: Variant) -> tuple[Variant, ...]:
    """The variant itself, then each option changed alone."""
    trainer = base.trainer

    def with_trainer(name: str, changed: TrainerConfig) -> Variant:
        return replace(base, name=name, trainer=changed)

    return (
        base,
        *(with_trainer(name, replace(trainer, method=replace(trainer.method, **c))) for name, c in METHOD.items()),
        *(with_trainer(name, replace(trainer, replay=replace(trainer.replay, **c))) for name, c in REPLAY.items()),
        *(replace(base, name=name, **changes) for name, changes in COURSE.items()),
    )
