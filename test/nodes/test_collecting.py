"""Demonstrations through the real graph: arm, actor, operator and recorder, each a process of its own."""

import signal
from pathlib import Path

import numpy as np
import pytest

from awac_ros.data import demos
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def collect(world, path: Path, **parameters) -> list:
    others = [world.start(name, **parameters) for name in ("arm", "operator")]
    recorder = world.start("recorder", demos=path, episodes=2)
    actor = world.start("actor", mode="collect", episodes=2, seed=3, **parameters)
    world.until(lambda: actor.poll() is not None and recorder.poll() is not None, patience=120.0)
    for process in others:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(timeout=20) for process in (actor, recorder, *others)] == [0] * 4
    return demos.read(path, LAYOUT)


def test_in_lockstep_one_seed_gives_the_same_demos_again(world, tmp_path: Path) -> None:
    first, second = (collect(world, tmp_path / f"{n}.hdf5", lockstep=True) for n in range(2))
    assert all(episode.success and episode.transitions.intervened.all() for episode in first)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.transitions.observation, other.transitions.observation)
        np.testing.assert_array_equal(one.transitions.action, other.transitions.action)


def test_on_a_simulated_clock_steps_are_a_period_of_that_clock_apart(world, tmp_path: Path) -> None:
    others = {"use_sim_time": True}
    arm = world.start("arm", speed=4.0, command_timeout=2.0, **others)
    operator = world.start("operator", **others)
    recorder = world.start("recorder", demos=tmp_path / "demos.hdf5", episodes=1)
    actor = world.start("actor", mode="collect", episodes=1, state_timeout=2.0, teleop_timeout=2.0, **others)
    world.until(lambda: recorder.poll() is not None and actor.poll() is not None, patience=120.0)
    assert (recorder.returncode, actor.returncode) == (0, 0)
    for process in (arm, operator):
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    (episode,) = demos.read(tmp_path / "demos.hdf5", LAYOUT)
    steps = np.diff(episode.transitions.step_time)
    assert np.median(steps) == pytest.approx(0.1, abs=0.02)
