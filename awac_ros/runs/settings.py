"""What a pushing run is asked to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from awac_ros.errors import AwacError

Prior = Literal["random", "demos"]
LARGEST_SEED = 10**9
"""Leaves room for the seeds that the graph derives from it, which are ROS parameters of 31 bits."""


@dataclass(frozen=True)
class PushingSettings:
    """Two runs with the same settings are the same run: the second one continues the first."""

    prior: Prior = "demos"
    """random: episodes of the random process and nothing else; demos: the operator's demonstrations beside them."""
    seed: int = 0
    demos: int = 20
    """Demonstrations by the scripted operator; none are made where prior is random."""
    random_episodes: int = 500
    offline_updates: int = 25_000
    env_steps: int = 3_000
    """Control steps of online fine-tuning: 3,000 are 5 minutes of robot time."""
    evaluation_episodes: int = 100
    """Episodes of one evaluation."""

    def __post_init__(self) -> None:
        if self.prior not in get_args(Prior):
            raise AwacError(f"--prior {self.prior} is not known; choose one of {', '.join(get_args(Prior))}")
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name == "seed" else 1
            if field.type == "int" and value < least:
                option = field.name.replace("_", "-")
                raise AwacError(f"--{option} {value} is too small; give at least {least}")
        if self.seed > LARGEST_SEED:
            raise AwacError(f"--seed {self.seed} is too large; give at most {LARGEST_SEED}")

    @classmethod
    def default_env_steps(cls, prior: str) -> int:
        """How many online steps the prior data leave to be done: 3,000 beside demos, else 6,000."""
        return 3_000 if prior == "demos" else 6_000

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any], source: str) -> PushingSettings:
        """The settings that `to_dict` gave; AwacError, naming `source`, where they are something else."""
        names = {field.name for field in fields(cls)}
        if not isinstance(raw, dict) or set(raw) != names:
            raise AwacError(f"{source}: not the settings of a pushing run; move that folder away or name another --out")
        return cls(**raw)
