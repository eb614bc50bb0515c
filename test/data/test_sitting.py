import h5py
import pytest

from awac_ros.data import Outcome, demos
from awac_ros.data.sitting import Sitting
from awac_ros.errors import AwacError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "demos.hdf5"


def numbers(path) -> list[int]:
    return [int(episode.transitions.episode[0]) for episode in demos.read(path)]


def test_the_last_can_be_taken_back_one_after_the_other(path, layout, make_episode) -> None:
    sitting = Sitting(path, layout, "task")
    for number in range(3):
        sitting.record(make_episode(number, 2 + number))
    assert sitting.undo() == 2
    assert numbers(path) == [0, 1] and sitting.total == 2 and len(sitting.last) == 3
    assert sitting.record(make_episode(7)) == 2
    assert sitting.undo() == 2 and sitting.undo() == 1
    assert numbers(path) == [0]
    with h5py.File(path) as file:
        assert file["data"].attrs["total"] == 2


def test_what_another_sitting_recorded_can_not_be_changed(path, layout, make_episode) -> None:
    Sitting(path, layout, "task").record(make_episode(0))
    sitting = Sitting(path, layout, "task")
    assert sitting.total == 1 and len(sitting) == 0 and sitting.last is None
    before = path.read_bytes()
    for change in (sitting.undo, lambda: sitting.relabel(Outcome.FAILURE)):
        with pytest.raises(AwacError, match="nothing was recorded since the recorder started"):
            change()
    assert path.read_bytes() == before


def test_a_sitting_goes_on_by_the_rule_of_its_file_alone(path, layout, make_episode) -> None:
    Sitting(path, layout, "person").record(make_episode(0))
    assert demos.read_rule(path) == "person" and Sitting(path, layout, "person").total == 1
    before = path.read_bytes()
    with pytest.raises(AwacError, match=r"demos\.hdf5 holds rewards by the rule person, .* --reward task"):
        Sitting(path, layout, "task")
    assert path.read_bytes() == before


def test_a_label_corrected_afterwards_is_on_the_disk_with_its_rewards(path, layout, make_episode) -> None:
    sitting = Sitting(path, layout, "person")
    sitting.record(make_episode(0, 3, Outcome.FAILURE))
    sitting.record(make_episode(1, 3, Outcome.FAILURE))
    assert sitting.relabel(Outcome.SUCCESS) == 1
    first, second = demos.read(path, layout)
    assert (first.outcome, second.outcome) == (Outcome.FAILURE, Outcome.SUCCESS)
    assert second.transitions.reward.tolist() == [-1, -1, 0]
    assert second.transitions.terminated.tolist() == [False, False, True]
    assert sitting.last.outcome is Outcome.SUCCESS
