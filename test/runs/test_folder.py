"""Which run a command continues, and that nothing of another run is touched."""

import pytest

from awac_ros.data.json_file import write_json
from awac_ros.errors import AwacError
from awac_ros.runs.folder import RunFolder, open_run
from awac_ros.runs.settings import PushingSettings


def test_the_same_command_continues_the_newest_unfinished_run(tmp_path):
    for name in ("2026-01-01_00-00-00", "2026-01-02_00-00-00"):
        write_json(tmp_path / name / "settings.json", PushingSettings().to_dict())
    assert open_run(PushingSettings(), None, tmp_path).path.name == "2026-01-02_00-00-00"


def test_a_finished_run_and_one_with_other_settings_are_left_alone(tmp_path):
    first = open_run(PushingSettings(), None, tmp_path)
    write_json(first.report, {})
    other = tmp_path / "1999-01-01_00-00-00"
    write_json(other / "settings.json", PushingSettings(seed=1).to_dict())
    first.path.rename(tmp_path / "2000-01-01_00-00-00")
    opened = open_run(PushingSettings(), None, tmp_path)
    assert opened.path.name > "2026" and not opened.finished


def test_a_folder_of_an_older_version_does_not_stop_a_new_run(tmp_path):
    write_json(tmp_path / "2026-01-01_00-00-00" / "settings.json", {"old": 1})
    assert open_run(PushingSettings(), None, tmp_path).settings() == PushingSettings()


def test_a_named_folder_is_continued(tmp_path):
    folder = open_run(PushingSettings(), tmp_path / "run")
    assert open_run(PushingSettings(), tmp_path / "run") == folder


def test_a_named_folder_with_other_settings_is_refused_with_the_difference(tmp_path):
    open_run(PushingSettings(seed=1), tmp_path / "run")
    with pytest.raises(AwacError, match=r"seed 1 there, 2 here.*name another --out"):
        open_run(PushingSettings(seed=2), tmp_path / "run")


def test_a_named_folder_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").touch()
    with pytest.raises(AwacError, match="holds no pushing run"):
        open_run(PushingSettings(), tmp_path / "letters")
    (tmp_path / "file").touch()
    with pytest.raises(AwacError, match="holds no pushing run"):
        open_run(PushingSettings(), tmp_path / "file")


def test_two_processes_can_not_work_on_one_run(tmp_path):
    folder = open_run(PushingSettings(), tmp_path / "run")
    with folder.locked(), pytest.raises(AwacError, match="in use by another process"), RunFolder(folder.path).locked():
        pass
    with folder.locked():
        pass


def test_seconds_add_up_over_continuations_also_after_an_interruption(tmp_path):
    folder = open_run(PushingSettings(), tmp_path / "run")
    with pytest.raises(KeyboardInterrupt), folder.timed("demos"):
        raise KeyboardInterrupt
    first = folder.seconds()["demos"]
    with folder.timed("demos"):
        pass
    assert folder.seconds()["demos"] > first > 0


@pytest.mark.parametrize(("name", "value"), [("seed", -1), ("demos", 0), ("env_steps", 0), ("evaluation_episodes", -3)])
def test_figures_that_make_no_run_are_named(name, value):
    with pytest.raises(AwacError, match=f"--{name.replace('_', '-')} {value} is too small"):
        PushingSettings(**{name: value})


def test_a_seed_that_the_graph_can_not_take_is_named():
    with pytest.raises(AwacError, match="--seed 3000000000 is too large; give at most 1000000000"):
        PushingSettings(seed=3_000_000_000)


def test_an_unknown_prior_is_refused_with_the_known_ones():
    with pytest.raises(AwacError, match="--prior expert is not known; choose one of random, demos"):
        PushingSettings(prior="expert")
