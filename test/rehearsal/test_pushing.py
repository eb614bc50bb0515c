"""The whole run through the driver, as small as it can be."""

from pathlib import Path

import numpy as np

from awac_ros.data import Outcome, demos
from awac_ros.learning import checkpoint
from awac_ros.rehearsal.pushing import rehearse_pushing
from awac_ros.runs.settings import PushingSettings
from awac_ros.tasks import Pushing

TINY = PushingSettings(seed=1, demos=1, random_episodes=1, offline_updates=20, env_steps=30, evaluation_episodes=1)


def test_demos_offline_and_online_go_through_the_driver_and_no_transition_is_lost(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path("runs/one")  # below the folder where the command is given, as its default is
    measures = {measure.name: measure for measure in rehearse_pushing(TINY, out, episodes=1)}
    (episode,) = demos.read(out / "demos.hdf5", Pushing().layout)
    seen = episode.transitions.observation[:, 2:4]
    assert episode.outcome is Outcome.SUCCESS
    assert np.linalg.norm(seen[-1] - seen[0]) > 0.02, "the puck was not pushed, so the test says nothing"
    assert measures["online steps"].value == TINY.env_steps
    assert measures["after online training: success at the end, through the driver"].value in (0.0, 1.0)
    faults = [measure for measure in measures.values() if measure.unit in ("transitions", "commands")]
    assert len(faults) == 4 and all(measure.value == 0 for measure in faults), faults
    checkpoint.read_policy(out / "checkpoints", Pushing().layout.hash)
    assert (out / "robot" / "sawyer_agent.py").exists()
