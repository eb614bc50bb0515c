"""A folder holds one study, to which seeds and variants may be added, and nothing else."""

from dataclasses import replace

import pytest

from awac_ros.errors import AwacError
from awac_ros.learning.awac import AwacConfig
from awac_ros.learning.trainer import TrainerConfig
from awac_ros.studies.catalog import STUDIES
from awac_ros.studies.comparison import choose
from awac_ros.studies.folder import StudyFolder
from awac_ros.studies.rows import read_rows


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_comes_back_from_its_file(name, tmp_path):
    folder = StudyFolder(tmp_path / "study")
    folder.open(STUDIES[name])
    assert folder.study() == STUDIES[name]


def test_methods_and_seeds_may_join_later(smoke, tmp_path):
    folder = StudyFolder(tmp_path / "study")
    folder.open(choose(smoke, ["awac"]))
    joined = folder.open(replace(choose(smoke, ["bc"]), seeds=2))
    assert [variant.name for variant in joined.variants] == ["awac", "bc"]
    assert folder.study() == joined
    assert folder.open(choose(smoke, ["bc"])).seeds == 2


def test_another_study_is_refused_and_the_first_one_stays(smoke, tmp_path):
    folder = StudyFolder(tmp_path / "study")
    folder.open(smoke)
    before = folder.study_file.read_bytes()
    with pytest.raises(AwacError, match="another env_steps; name another --out"):
        folder.open(replace(smoke, env_steps=140))
    other = replace(smoke.variant("awac"), trainer=TrainerConfig(AwacConfig(temperature=9.0)))
    with pytest.raises(AwacError, match="another variant awac"):
        folder.open(replace(smoke, variants=(other,)))
    assert folder.study_file.read_bytes() == before


def test_a_folder_of_something_else_is_refused(smoke, tmp_path):
    (tmp_path / "letter.txt").touch()
    with pytest.raises(AwacError, match="holds no study"):
        StudyFolder(tmp_path).open(smoke)
    (tmp_path / "study.json").write_text('{"name": "letter"}')
    with pytest.raises(AwacError, match="not a study of this version"):
        StudyFolder(tmp_path).study()


def test_foreign_rows_are_named(tmp_path):
    (tmp_path / "rows.csv").write_text("stage,updates\noffline,many\n")
    with pytest.raises(AwacError, match=r"rows.csv: not the evaluations of a study"):
        read_rows(tmp_path / "rows.csv")
