"""The table says what the rows say: of each seed the right evaluation, and over the seeds mean, least and greatest."""

import csv
from dataclasses import replace

import pytest

from awac_ros.studies import results
from awac_ros.studies.folder import StudyFolder
from awac_ros.studies.rows import Row, write_rows
from awac_ros.studies.study import Goal, NoDip, Published

AWAC = {0: (0.2, 0.4, 0.1, 0.5, 0.9), 1: (0.1, 0.6, 0.7, 0.3, 0.7)}
"""Any success of two seeds: at 50 and 100 offline updates, then at 50, 100 and 130 environment steps."""
PLACES = ((50, 0), (100, 0), (150, 50), (200, 100), (230, 130))


def row(updates, env_steps, any_success):
    stage = "online" if env_steps else "offline"
    return Row(stage, updates, env_steps, -10.0, any_success, 0.0, 10, 12.5, 80.0)


@pytest.fixture
def study(smoke):
    return replace(
        smoke,
        seeds=2,
        headline="any_success",
        goals=(Goal("awac", "last", 0.8), Goal("awac", "lowest", 0.3), Goal("bc", "offline", 0.1)),
        no_dips=(NoDip("awac", within=0.5, kept=0.2), NoDip("awac", within=0.8, kept=0.5)),
        published=(Published("elsewhere", ((0, 0.1), (130, 0.9))),),
    )


@pytest.fixture
def folder(study, tmp_path):
    """Two seeds of awac, finished, and one of bc, which is not."""
    made = StudyFolder(tmp_path / "study")
    made.open(study)
    for seed, values in AWAC.items():
        place = made.seed("awac", seed)
        write_rows(place.rows_file, [row(*at, value) for at, value in zip(PLACES, values, strict=True)])
        place.policy.touch()
    write_rows(made.seed("bc", 0).rows_file, [row(50, 0, 0.3)])
    return made


def test_rows_are_read_as_they_were_written(folder):
    assert folder.seed("awac", 1).rows() == [row(*at, value) for at, value in zip(PLACES, AWAC[1], strict=True)]


@pytest.mark.parametrize(
    ("column", "expected"),
    [("offline", [0.4, 0.6]), ("lowest", [0.1, 0.3]), ("last", [0.9, 0.7]), ("best", [0.9, 0.7]), (50, [0.1, 0.7])],
)
def test_a_column_takes_the_right_evaluation_of_each_seed(study, folder, column, expected):
    curves = results.read_curves(study, folder)
    assert results.over_seeds(curves["awac"], "any_success", column) == expected


def test_a_variant_that_ends_offline_has_no_online_value(study, folder):
    curves = results.read_curves(study, folder)
    assert results.over_seeds(curves["bc"], "any_success", "last") == []


def test_the_table_gives_mean_least_and_greatest_over_the_seeds(study, folder):
    assert results.write(study, folder)
    lines = folder.results.read_text().splitlines()
    assert (
        "| variant | seeds finished | before online | at 50 | at 100 | lowest online | last online | best online |"
    ) in lines
    assert (
        "| awac | 2 of 2 | 50 % (40 % to 60 %) | 40 % (10 % to 70 %) | 40 % (30 % to 50 %) "
        "| 20 % (10 % to 30 %) | 80 % (70 % to 90 %) | 80 % (70 % to 90 %) |"
    ) in lines
    assert "| bc | 0 of 2 | 30 % | - | - | - | - | - |" in lines


def test_goals_are_judged_by_the_mean_and_only_when_every_seed_is_finished(study, folder):
    assert results.summary(study, folder).splitlines() == [
        "awac, last online, at least 80 %: holds",
        "awac, lowest online, at least 30 %: fails",
        "bc, before online, at least 10 %: not finished",
        "awac, every seed, in the first 50% of the online steps never less than 20% of before: holds",
        "awac, every seed, in the first 80% of the online steps never less than 50% of before: fails",
    ]


def test_a_dip_is_a_share_of_what_was_there_before_also_where_returns_are_negative(study):
    rows = [row(100, 0, -100.0), row(150, 50, -120.0), row(230, 130, -400.0)]
    assert results.kept(rows, study, 0.5) == pytest.approx(0.8)


def test_a_dip_is_looked_for_in_the_first_online_evaluation_where_none_is_early_enough(study):
    rows = [row(100, 0, 100.0), row(150, 50, 90.0), row(230, 130, 10.0)]
    assert results.kept(rows, study, 0.01) == pytest.approx(0.9)


def test_every_evaluation_is_in_the_csv_and_the_curves_are_drawn(study, folder):
    results.write(study, folder)
    with folder.table.open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [(line["variant"], line["seed"], line["env_steps"]) for line in table[3:7]] == [
        ("awac", "0", "100"),
        ("awac", "0", "130"),
        ("awac", "1", "0"),
        ("awac", "1", "0"),
    ]
    assert len(table) == 11
    assert folder.curves.read_bytes().startswith(b"\x89PNG")


def test_nothing_is_written_of_nothing(study, tmp_path):
    assert not results.write(study, StudyFolder(tmp_path / "empty"))
    assert not (tmp_path / "empty").exists()
