"""`awac study`: everything of a study, from its prior data to its results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from awac_ros.data.lock import locked
from awac_ros.errors import AwacError
from awac_ros.learning.stepper import check_device
from awac_ros.learning.trainer import TrainerConfig
from awac_ros.studies import crew, results
from awac_ros.studies.crew import Event, Job
from awac_ros.studies.folder import StudyFolder
from awac_ros.studies.prior import find_files
from awac_ros.studies.rows import Row
from awac_ros.studies.study import Study

Tell = Callable[[str], None]


def choose(study: Study, methods: Sequence[str]) -> Study:
    """The study with these variants alone; AwacError if it has no such one."""
    names = [variant.name for variant in study.variants]
    for name in methods:
        if name not in names:
            raise AwacError(f"study '{study.name}' has no method '{name}'; its methods are {', '.join(names)}")
    return replace(study, variants=tuple(study.variant(name) for name in dict.fromkeys(methods)))


def train_on(study: Study, device: str) -> Study:
    """The study with all networks trained on this device; AwacError if torch has none such here."""
    check_device(device)

    def moved(trainer: TrainerConfig) -> TrainerConfig:
        return replace(trainer, device=device)

    clone = study.prior.clone and replace(study.prior.clone, trainer=moved(study.prior.clone.trainer))
    variants = tuple(replace(variant, trainer=moved(variant.trainer)) for variant in study.variants)
    return replace(study, prior=replace(study.prior, clone=clone), variants=variants)


def compare(study: Study, out: Path, data: Path | None, at_once: int, tell: Tell) -> bool:
    """Begin the study in `out` or go on with it; False where Ctrl-C stopped it.

    Args:
        data: the folder that holds the files of prior data; None where they have paths of their own.
        at_once: processes.

    AwacError where files are missing, where `out` holds something else, or at the end where a process has failed.
    """
    folder = StudyFolder(out)
    prior, runs = _prior_jobs(study, folder, data), _runs(study, folder)
    whole = folder.open(study)
    with locked(out):
        try:
            failures = crew.work(prior, at_once, _teller(whole, folder, tell))
            if not failures:
                failures = crew.work(runs, at_once, _teller(whole, folder, tell))
        except KeyboardInterrupt:
            tell(f"Stopped. Nothing is lost: the same command goes on with {out}")
            return False
        finally:
            written = results.write(whole, folder)
    if written:
        tell(f"{results.summary(whole, folder)}\nThe results: {folder.results}")
    if failures:
        raise AwacError("; ".join(failures) + "; the same command goes on")
    return True


def _prior_jobs(study: Study, folder: StudyFolder, data: Path | None) -> list[Job]:
    """Making the prior data that are needed and not there yet; AwacError where their files are missing."""
    seeds = [
        seed
        for seed in range(study.seeds)
        if not folder.prior(seed).exists()
        and any(v.uses_prior and not folder.seed(v.name, seed).finished for v in study.variants)
    ]
    if seeds:
        find_files(study.prior, data)
    where = () if data is None else (str(data),)
    return [
        Job(
            f"prior data, seed {seed}",
            ("prior", str(folder.path), str(seed), *where),
            folder.path / "prior" / f"seed_{seed}.log",
            folder.path / "prior" / "rows.csv",
        )
        for seed in seeds
    ]


def _runs(study: Study, folder: StudyFolder) -> list[Job]:
    return [
        Job(
            f"{variant.name}, seed {seed}",
            ("run", str(folder.path), variant.name, str(seed)),
            folder.seed(variant.name, seed).path / "log.txt",
            folder.seed(variant.name, seed).rows_file,
        )
        for seed in range(study.seeds)
        for variant in study.variants
        if not folder.seed(variant.name, seed).finished
    ]


def _teller(study: Study, folder: StudyFolder, tell: Tell) -> Callable[[Job, Event], None]:
    """Say in words what is heard of the jobs, and bring the results up to date when one ends."""

    def told(job: Job, event: Event) -> None:
        if isinstance(event, Row):
            words, value = study.headline.replace("_", " "), getattr(event, study.headline)
            tell(
                f"{job.name}: {words} {results.figure(value, study.headline)} after {event.updates:,} updates and "
                f"{event.env_steps:,} environment steps"
            )
        else:
            tell(f"{job.name}: {event}")
            if event != "started":
                results.write(study, folder)

    return told
