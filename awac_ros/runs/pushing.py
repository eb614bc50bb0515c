"""`awac pushing`: the whole job, from the first demonstration to the report."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from awac_ros.arms.bullet import BulletArm
from awac_ros.data.atomic import atomic_replacement, atomic_write
from awac_ros.data.json_file import write_json
from awac_ros.envs.evaluate import judge
from awac_ros.runs import plots
from awac_ros.runs.evaluations import read_all
from awac_ros.runs.folder import RunFolder, open_run
from awac_ros.runs.judge import Judge
from awac_ros.runs.narrator import Narrator
from awac_ros.runs.phases import Phases
from awac_ros.runs.report import build, markdown, summary
from awac_ros.runs.settings import PushingSettings
from awac_ros.runs.workers import Workers
from awac_ros.tasks import Pushing

PICTURE_SIZE = (1280, 960)


def run_pushing(settings: PushingSettings, out: Path | None, narrator: Narrator | None = None) -> bool:
    """Begin the run, or go on with it; False where Ctrl-C stopped it before its report.

    AwacError where an artefact of an earlier start can't be used, or where a part of the graph fails.
    """
    narrator = narrator or Narrator()
    folder = open_run(settings, out)
    if folder.finished:
        narrator.say(f"This run is finished: read {folder.path / 'report.md'}, or name another --out for a new one.")
        return True
    with folder.locked():
        narrator.say(f"{'Going on with' if folder.seconds() else 'Beginning'} {folder.path}")
        try:
            _work(settings, folder, narrator)
        except KeyboardInterrupt:
            narrator.say(f"Stopped. Nothing is lost: the same command goes on with {folder.path}")
            return False
    return True


def _work(settings: PushingSettings, folder: RunFolder, narrator: Narrator) -> None:
    with Workers() as crew:
        jury = Judge(crew, folder.policies, folder.evaluations, settings.seed, settings.evaluation_episodes)
        phases = Phases(settings, folder, narrator, crew, jury)
        for name, work in (
            ("demos", phases.demos),
            ("random", phases.random),
            ("offline", phases.offline),
            ("before", phases.before),
            ("online", phases.online),
            ("after", phases.after),
        ):
            with folder.timed(name):
                work()
    with folder.timed("report"):
        narrator.say("Writing the report", "bold")
        _picture(folder)
        levels = {kind: judge(Pushing(), episodes) for kind, episodes in phases.prior_data().items()}
        counts, evaluations = phases.counts(), read_all(folder.evaluations)
    report = build(settings, levels, evaluations, counts, folder.seconds())
    with atomic_replacement(folder.path / "curves.png") as partial:
        plots.curves(report, partial)
    atomic_write(folder.path / "report.md", markdown(report).encode())
    write_json(folder.report, report)
    narrator.say(f"{summary(report)}\nThe report: {folder.path / 'report.md'}")


def _picture(folder: RunFolder) -> None:
    """scene.png: the simulated arm at the table, where an episode begins."""
    scene = Pushing().sample_scene(np.random.default_rng(folder.settings().seed))
    arm = BulletArm()
    try:
        arm.reset(scene.p_base_tip, scene.p_base_puck)
        with atomic_replacement(folder.path / "scene.png") as partial:
            Image.fromarray(arm.picture(*PICTURE_SIZE)).save(partial, format="png")
    finally:
        arm.close()
