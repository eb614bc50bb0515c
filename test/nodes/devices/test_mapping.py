from pathlib import Path

import numpy as np
import pytest
import yaml

from awac_ros.errors import AwacError
from awac_ros.nodes.devices.mapping import JoystickMapping, KeyboardMapping, load
from awac_ros.resources import resource

FILES = {
    "config/teleop_gamepad.yaml": JoystickMapping,
    "config/teleop_spacemouse.yaml": JoystickMapping,
    "config/teleop_keyboard.yaml": KeyboardMapping,
}


@pytest.mark.parametrize("file", FILES)
def test_the_files_that_come_with_it_can_be_read_and_reach_every_way_to_mark_an_episode(file: str) -> None:
    mapping = load(resource(file), FILES[file])
    assert {"start", "success", "failure", "discard", "undo"} <= set(mapping.buttons)
    assert mapping.frame == "base"


def changed(tmp_path: Path, file: str = "config/teleop_gamepad.yaml", **changes: object) -> Path:
    values = {**yaml.safe_load(resource(file).read_text()), **changes}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in values.items() if value is not None}))
    return path


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sped": 0.1}, "unknown key 'sped'; the keys are speed, turn_speed"),
        ({"heading": None}, "key heading is missing"),
        ({"speed": "fast"}, "speed is 'fast', which does not fit"),
        ({"speed": float("nan")}, "speed is nan, which does not fit"),
        ({"speed": 50.0}, "speed is 50.0"),
        ({"frame": "world"}, "frame is 'world', which does not fit"),
        ({"deadzone": 1.0}, "deadzone is 1.0"),
        ({"axes": {"x": "left"}}, "axes is {'x': 'left'}, which does not fit"),
        ({"axes": {"up": 1}}, "axes has no 'up'; choose from x, y, z, roll, pitch, yaw"),
        ({"inverted": ["roll"]}, "inverted has no 'roll'"),
        ({"buttons": {"begin": 1}}, "buttons has no 'begin'"),
        ({"long": ["begin"]}, "long has no 'begin'"),
        ({"dead_man": "shoulder"}, "dead_man is 'shoulder'"),
        ({"dead_man": 0}, "button 0 is the dead-man"),
        ({"allow": 9}, "button 9 is allow, so it can't be the dead-man"),
        ({"allow": 0}, "button 0 is allow"),
        ({"dead_man": True}, "dead_man is True, which does not fit"),
    ],
)
def test_what_does_not_fit_is_named_with_its_file(tmp_path: Path, changes: dict, sentence: str) -> None:
    path = changed(tmp_path, **changes)
    with pytest.raises(AwacError, match=r"mine\.yaml: ") as refused:
        load(path, JoystickMapping)
    assert sentence in str(refused.value)


def test_a_key_with_two_meanings_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "config/teleop_keyboard.yaml", still=["w"])
    with pytest.raises(AwacError, match="key 'w' is given two meanings"):
        load(path, KeyboardMapping)


@pytest.mark.parametrize("key", ["W", "ctrl", "", "é"])
def test_a_key_that_no_terminal_would_report_is_refused(tmp_path: Path, key: str) -> None:
    path = changed(tmp_path, "config/teleop_keyboard.yaml", still=[key])
    with pytest.raises(AwacError, match=f"'{key}' is no key"):
        load(path, KeyboardMapping)


@pytest.mark.parametrize("text", ["[1, 2", "- 1", "!!python/object/apply:os.getcwd []"])
def test_what_is_no_table_is_refused_and_nothing_in_it_is_run(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(AwacError, match=r"mine\.yaml: .* begin with a copy of config/teleop_gamepad"):
        load(path, JoystickMapping)
    with pytest.raises(AwacError, match="can't be read"):
        load(tmp_path / "nowhere.yaml", JoystickMapping)


def test_a_person_who_faces_the_arm_pushes_it_away_from_themselves(tmp_path: Path) -> None:
    mapping = load(changed(tmp_path, heading=180.0, speed=0.2, turn_speed=1.0), JoystickMapping)
    twist = mapping.twist(np.array([1.0, 0.5, 0.25, 0.0, 0.0, 0.5]))
    np.testing.assert_allclose(twist, [-0.2, -0.1, 0.05, 0.0, 0.0, 0.5], atol=1e-12)


def test_in_the_frame_of_a_tip_that_points_down_up_is_down(tmp_path: Path) -> None:
    mapping = load(changed(tmp_path, frame="tip", speed=0.2, turn_speed=1.0), JoystickMapping)
    twist = mapping.twist(np.array([1.0, 1.0, 1.0, 0.0, 0.0, 1.0]), q_base_tip=np.array([1.0, 0.0, 0.0, 0.0]))
    np.testing.assert_allclose(twist, [0.2, -0.2, -0.2, 0.0, 0.0, -1.0], atol=1e-12)
