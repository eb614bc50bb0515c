"""One process of a study, as `crew.py` starts it: `python -m awac_ros.studies prior|run ...`.

    prior FOLDER SEED [DATA]    make the prior data of a seed
    run FOLDER VARIANT SEED     train and evaluate

FOLDER holds study.json. Exit code 2 and one sentence on stderr where an AwacError ends it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from awac_ros.errors import AwacError
from awac_ros.studies import prior
from awac_ros.studies.folder import StudyFolder
from awac_ros.studies.run import run


def main(arguments: Sequence[str]) -> None:
    """Do what the arguments say."""
    match arguments:
        case ["prior", path, seed, *data]:
            _make_prior(StudyFolder(Path(path)), int(seed), Path(data[0]) if data else None)
        case ["run", path, variant, seed]:
            _run(StudyFolder(Path(path)), variant, int(seed))
        case _:
            raise AwacError(f"{' '.join(arguments)!r}: not a process of a study; start it with awac study")


def _make_prior(folder: StudyFolder, seed: int, data: Path | None) -> None:
    prior.save(folder.prior(seed), prior.make_prior(folder.study(), seed, data, _tell))


def _run(folder: StudyFolder, name: str, seed: int) -> None:
    study = folder.study()
    variant = study.variant(name)
    transitions = prior.load(folder.prior(seed)) if variant.uses_prior else None
    run(study, variant, seed, folder.seed(name, seed), transitions, _tell)


def _tell(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except AwacError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
