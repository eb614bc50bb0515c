"""The folder of one run: where each artefact lies, which run is continued, and how long each phase took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from awac_ros.data import lock
from awac_ros.data.json_file import read_json, write_json
from awac_ros.errors import AwacError
from awac_ros.runs.settings import PushingSettings


@dataclass(frozen=True)
class RunFolder:
    """`runs/pushing/<time>/`: everything of one run, and nothing of another."""

    path: Path

    @property
    def settings_file(self) -> Path:
        return self.path / "settings.json"

    @property
    def seconds_file(self) -> Path:
        return self.path / "seconds.json"

    @property
    def report(self) -> Path:
        return self.path / "report.json"

    @property
    def demos(self) -> Path:
        return self.path / "demos.hdf5"

    @property
    def random(self) -> Path:
        return self.path / "random.hdf5"

    @property
    def store(self) -> Path:
        return self.path / "store.sqlite"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def policies(self) -> Path:
        """Weights worth evaluating: offline_<updates>.safetensors and step_<environment steps>.safetensors."""
        return self.path / "policies"

    @property
    def evaluations(self) -> Path:
        """One JSON file beside each policy's name, once it is evaluated."""
        return self.path / "evaluations"

    @property
    def tensorboard(self) -> Path:
        return self.path / "tensorboard"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def finished(self) -> bool:
        return self.report.exists()

    def settings(self) -> PushingSettings:
        return PushingSettings.from_dict(read_json(self.settings_file), str(self.settings_file))

    def seconds(self) -> dict[str, float]:
        """Seconds spent in each phase so far, over all the times that the run was continued."""
        return read_json(self.seconds_file) if self.seconds_file.exists() else {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from working on this run; AwacError where one already does."""
        with lock.locked(self.path):
            yield

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        """Add the time spent inside to the phase's seconds, also where it is left by an exception."""
        start = time.monotonic()
        try:
            yield
        finally:
            seconds = self.seconds()
            seconds[phase] = seconds.get(phase, 0.0) + time.monotonic() - start
            write_json(self.seconds_file, seconds)


def open_run(settings: PushingSettings, out: Path | None, parent: Path = Path("runs/pushing")) -> RunFolder:
    """The run to continue, or a new one.

    With `out`, that folder; it must be new, empty, or hold a run with these settings. Without, the newest unfinished
    run with these settings under `parent`, else a new folder there named after the time.
    """
    if out is not None:
        return _open_named(settings, RunFolder(out))
    for path in sorted(parent.glob("*/settings.json"), reverse=True):
        folder = RunFolder(path.parent)
        if not folder.finished and read_json(path) == settings.to_dict():
            return folder
    return _create(settings, RunFolder(parent / datetime.now().strftime("%Y-%m-%d_%H-%M-%S")))


def _open_named(settings: PushingSettings, folder: RunFolder) -> RunFolder:
    if folder.settings_file.exists():
        held = folder.settings()
        if held != settings:
            differing = [
                f"{name.replace('_', '-')} {value} there, {settings.to_dict()[name]} here"
                for name, value in held.to_dict().items()
                if settings.to_dict()[name] != value
            ]
            raise AwacError(f"{folder.path} is a run with other settings ({'; '.join(differing)}); name another --out")
        return folder
    if folder.path.exists() and (not folder.path.is_dir() or any(folder.path.iterdir())):
        raise AwacError(f"{folder.path} is there already and holds no pushing run; name a new folder with --out")
    return _create(settings, folder)


def _create(settings: PushingSettings, folder: RunFolder) -> RunFolder:
    write_json(folder.settings_file, settings.to_dict())
    return folder
