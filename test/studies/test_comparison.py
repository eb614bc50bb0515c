"""A study is made of the processes that it needs; a failed one is named and spoils no other."""

from dataclasses import replace

import pytest

from awac_ros.errors import AwacError
from awac_ros.studies.comparison import choose, compare
from awac_ros.studies.study import Prior


def test_a_study_runs_to_its_results_and_is_then_left_alone(smoke, folder):
    said = []
    assert compare(choose(smoke, ["bc"]), folder.path, None, 1, said.append)
    assert said[0] == "bc, seed 0: started"
    assert [line.split(" return ")[0] for line in said[1:3]] == ["bc, seed 0: mean"] * 2
    assert said[2].endswith("after 100 updates and 0 environment steps")
    assert said[3] == "bc, seed 0: finished"
    before = folder.seed("bc", 0).rows_file.read_bytes()
    assert compare(choose(smoke, ["bc"]), folder.path, None, 1, said.append)
    assert said.count("bc, seed 0: started") == 1
    assert folder.seed("bc", 0).rows_file.read_bytes() == before
    assert "| bc | 1 of 1 |" in folder.results.read_text()


def test_a_failed_process_is_named_with_its_log_and_the_others_go_on(smoke, folder):
    folder.prior(0).write_bytes(b"nonsense")
    with pytest.raises(AwacError) as raised:
        compare(choose(smoke, ["bc", "sac"]), folder.path, None, 2, print)
    log = folder.path / "bc" / "seed_0" / "log.txt"
    assert str(raised.value).startswith(f"bc, seed 0 ended with exit code 2: {folder.prior(0)}: can't be read")
    assert str(log) in str(raised.value) and "can't be read" in log.read_text()
    assert folder.seed("sac", 0).finished


def test_missing_data_are_refused_before_anything_is_made(smoke, tmp_path):
    study = replace(smoke, prior=Prior(("demos.h5",)))
    with pytest.raises(AwacError, match="no such file of prior data"):
        compare(study, tmp_path / "study", tmp_path, 1, print)
    assert not (tmp_path / "study").exists()


def test_an_unknown_method_is_refused(smoke):
    with pytest.raises(AwacError, match="has no method 'td3'; its methods are awac, bc, sac"):
        choose(smoke, ["awac", "td3"])
