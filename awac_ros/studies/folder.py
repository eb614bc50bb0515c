"""The folder of one study.

study.json                          what it compares; another study is refused
prior/seed_0.safetensors            the prior data, the same for every variant
<variant>/seed_0/rows.csv           its evaluations
                 policy.safetensors the policy it ended with; the sign that it is finished
                 checkpoints/       while it is not
                 tensorboard/, log.txt
results.csv, results.md, curves.png
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from awac_ros.data.json_file import read_json, write_json
from awac_ros.errors import AwacError
from awac_ros.studies.rows import Row, read_rows
from awac_ros.studies.study import Study

_MAY_DIFFER = ("title", "variants", "seeds", "goals", "no_dips", "published")
"""What may be added to a study, or said of it, without making it another one."""


@dataclass(frozen=True)
class SeedFolder:
    """<variant>/seed_<n>/"""

    path: Path

    @property
    def rows_file(self) -> Path:
        return self.path / "rows.csv"

    @property
    def policy(self) -> Path:
        return self.path / "policy.safetensors"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def tensorboard(self) -> Path:
        return self.path / "tensorboard"

    @property
    def finished(self) -> bool:
        return self.policy.exists()

    def rows(self) -> list[Row]:
        return read_rows(self.rows_file)


@dataclass(frozen=True)
class StudyFolder:
    """Everything of one study, and nothing of another."""

    path: Path

    @property
    def study_file(self) -> Path:
        return self.path / "study.json"

    @property
    def results(self) -> Path:
        return self.path / "results.md"

    @property
    def table(self) -> Path:
        return self.path / "results.csv"

    @property
    def curves(self) -> Path:
        return self.path / "curves.png"

    def prior(self, seed: int) -> Path:
        return self.path / "prior" / f"seed_{seed}.safetensors"

    def seed(self, variant: str, seed: int) -> SeedFolder:
        return SeedFolder(self.path / variant / f"seed_{seed}")

    def seeds(self, variant: str) -> dict[int, SeedFolder]:
        """Those that have evaluations, in order."""
        numbers = sorted(int(path.parent.name[5:]) for path in self.path.glob(f"{variant}/seed_*/rows.csv"))
        return {number: self.seed(variant, number) for number in numbers}

    def study(self) -> Study:
        """The study that lies here; AwacError where none does."""
        values = read_json(self.study_file)
        try:
            return Study.from_dict(values)
        except (TypeError, KeyError, ValueError) as error:
            raise AwacError(
                f"{self.study_file}: not a study of this version ({error!r}); name another --out"
            ) from error

    def open(self, study: Study) -> Study:
        """Begin the study here or go on with it; what is known here already must be the same.

        More seeds and more variants may join later. Gives the study with all variants that it has here; AwacError,
        and nothing changed, where the folder holds another one.
        """
        if self.study_file.exists():
            study = self._joined(self.study(), study)
        elif self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise AwacError(f"{self.path} is there already and holds no study; name a new folder with --out")
        write_json(self.study_file, study.to_dict())
        return study

    def _joined(self, held: Study, asked: Study) -> Study:
        here, there = asked.to_dict(), held.to_dict()
        differing = [name for name in here if name not in _MAY_DIFFER and here[name] != there[name]]
        known = {variant.name: variant for variant in held.variants}
        differing += [f"variant {v.name}" for v in asked.variants if known.get(v.name, v) != v]
        if differing:
            raise AwacError(f"{self.path} is a study with another {', '.join(differing)}; name another --out")
        joined = known | {variant.name: variant for variant in asked.variants}
        return replace(asked, variants=tuple(joined.values()), seeds=max(held.seeds, asked.seeds))
