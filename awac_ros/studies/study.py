"""What a study is: methods on one task from the same prior data, each with several seeds. Plain values throughout."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from awac_ros.learning.trainer import TrainerConfig

Metric = Literal["final_success", "any_success", "mean_return"]


@dataclass(frozen=True)
class Clone:
    """A behavioural clone of the demonstrations, whose own episodes join them as prior data."""

    trainer: TrainerConfig
    updates: int
    episodes: int
    """Rolled out with the clone's noise."""


@dataclass(frozen=True)
class Prior:
    """Where the data come from that every variant may begin with."""

    files: tuple[str, ...] = ()
    """Of transitions; names within the folder of data, or paths of their own."""
    clip_actions: bool = False
    """Take recorded actions beyond [-1, 1] as the nearest ones within; else they are refused."""
    clone: Clone | None = None
    random_episodes: int = 0
    """Of the random process in the study's own environment."""


@dataclass(frozen=True)
class Variant:
    """One way to learn."""

    name: str
    trainer: TrainerConfig
    prior: bool = True
    """Whether the prior data are in its replay."""
    offline_updates: int = 0
    updates_per_step: int = 1
    """Gradient updates for each environment step; at 0 it ends with offline training."""
    warm_up: int = 0
    """Environment steps before the first online update."""
    normalised: bool = False
    """Whether its networks see observations in units of the prior data's spread."""

    @property
    def online(self) -> bool:
        return self.updates_per_step > 0

    @property
    def uses_prior(self) -> bool:
        return self.prior or self.normalised


@dataclass(frozen=True)
class Goal:
    """What the study sets out to show about one variant."""

    variant: str
    at: Literal["offline", "lowest", "last", "best"]
    """After offline training, or the lowest, last or best online evaluation."""
    least: float
    """The mean over the seeds of the headline metric must be at least this."""


@dataclass(frozen=True)
class NoDip:
    """What one variant must not lose when it goes online, with any seed."""

    variant: str
    within: float
    """Share of the environment steps, from the first on, in which its evaluations are looked at."""
    kept: float
    """Each of them must be at least this share of the last offline one."""


@dataclass(frozen=True)
class Published:
    """A curve from the literature, to be drawn beside ours."""

    label: str
    points: tuple[tuple[int, float], ...]
    """(environment steps, headline metric)."""


@dataclass(frozen=True)
class Study:
    """A comparison. Two with equal fields give equal results, seed by seed."""

    name: str
    title: str
    env_id: str
    env_keywords: dict[str, Any] = field(default_factory=dict)
    success_reward: bool = False
    """Reward 0 in success and -1 elsewhere, whatever the environment or the data say."""
    prior: Prior = Prior()
    variants: tuple[Variant, ...] = ()
    seeds: int = 3
    env_steps: int = 100_000
    evaluation_updates: int = 5_000
    """Offline updates between two evaluations."""
    evaluation_steps: int = 5_000
    """Environment steps between two evaluations."""
    evaluation_episodes: int = 50
    checkpoint_seconds: float = 120.0
    """The least time between two checkpoints online; they are written between episodes only."""
    headline: Metric = "any_success"
    goals: tuple[Goal, ...] = ()
    no_dips: tuple[NoDip, ...] = ()
    published: tuple[Published, ...] = ()

    def variant(self, name: str) -> Variant:
        """The variant of this name; KeyError if there is none."""
        return {variant.name: variant for variant in self.variants}[name]

    def to_dict(self) -> dict[str, Any]:
        clone = self.prior.clone
        return {
            **asdict(self),
            "prior": {
                **asdict(self.prior),
                "clone": clone and {**asdict(clone), "trainer": clone.trainer.to_dict()},
            },
            "variants": [{**asdict(variant), "trainer": variant.trainer.to_dict()} for variant in self.variants],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Study:
        """What `to_dict` gave, also after a detour through JSON; TypeError or KeyError if it is something else."""
        prior = dict(values["prior"])
        clone = prior["clone"] and Clone(**_with_trainer(prior["clone"]))
        return cls(
            **{
                **values,
                "prior": Prior(**{**prior, "files": tuple(prior["files"]), "clone": clone}),
                "variants": tuple(Variant(**_with_trainer(variant)) for variant in values["variants"]),
                "goals": tuple(Goal(**goal) for goal in values["goals"]),
                "no_dips": tuple(NoDip(**no_dip) for no_dip in values["no_dips"]),
                "published": tuple(
                    Published(curve["label"], tuple((int(step), value) for step, value in curve["points"]))
                    for curve in values["published"]
                ),
            }
        )


def _with_trainer(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "trainer": TrainerConfig.from_dict(values["trainer"])}
