import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from awac_ros.arms.bullet import BulletArm
from awac_ros.bench.policy import write_checkpoint
from awac_ros.cli import app
from awac_ros.errors import AwacError
from awac_ros.runs.film import FRAME, SETTLED, make, shoot
from awac_ros.tasks import Pushing

AT_THE_GOAL = 4
"""The seed of a scene that begins there, and so is short."""


def still(observation: np.ndarray) -> np.ndarray:
    return np.zeros(2, np.float32)


def test_both_sides_begin_alike_and_are_as_long_as_the_policy_needs():
    arm = BulletArm()
    shot = shoot(Pushing(), arm, still, np.random.default_rng(AT_THE_GOAL))
    arm.close()
    assert len(shot.before) == len(shot.after) == SETTLED
    assert shot.after[-1].success and shot.after[-1].distance < 0.06
    np.testing.assert_allclose(shot.before[0].p_base_puck, shot.after[0].p_base_puck, atol=1e-3)
    tips = [arm.kinematics.frame_pose(poses[-1].joint_position)[0] for poses in (shot.before, shot.after)]
    assert np.linalg.norm(tips[0] - tips[1]) > 0.01


def test_the_film_is_in_real_time_and_its_end_is_held(tmp_path):
    (shot,) = make(Pushing(), still, tmp_path / "film.webp", scenes=1, seed=AT_THE_GOAL, width=128)
    with Image.open(tmp_path / "film.webp") as film:
        assert film.width == 128
        seconds = 0.0
        for frame in range(film.n_frames):
            film.seek(frame)
            film.load()
            seconds += film.info["duration"] / 1000
    assert seconds == pytest.approx((len(shot.after) - 1) * FRAME + 1.0)


def test_another_kind_of_file_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(AwacError, match=r"film\.mov: its name must end in one of \.mp4, \.webp, \.gif"):
        make(Pushing(), still, tmp_path / "film.mov", scenes=1, seed=0, width=128)


def test_the_command_films_the_policy_of_any_run(tmp_path):
    write_checkpoint(tmp_path / "run" / "checkpoints")
    words = ["film", str(tmp_path / "run"), "--out", str(tmp_path / "film.webp"), "--scenes", "1", "--width", "128"]
    result = CliRunner().invoke(app, [*words, "--seed", str(AT_THE_GOAL)])
    assert result.exit_code == 0, result.output
    assert f"{tmp_path / 'film.webp'}: 1 of 1 goals reached" in result.output
    assert Image.open(tmp_path / "film.webp").n_frames > 1
