import json

import pytest

from awac_ros.bench.form import at_most, write
from awac_ros.errors import AwacError
from awac_ros.soak import soak
from awac_ros.soak.effort import SHORT
from awac_ros.soak.promises import PROMISES


def test_the_report_shows_every_promise_with_its_own_figures(tmp_path):
    form = tmp_path / "soak.json"
    write(form, [at_most("killed nodes: acknowledged transitions lost", 3, "transitions", 0)])
    text = soak.report(form)
    assert all(promise.sentence in text and promise.how in text for promise in PROMISES)
    assert "| acknowledged transitions lost | 3 transitions | <= 0 | **fails** |" in text
    assert json.loads(form.read_text())["commit"] in text


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").touch()
    with pytest.raises(AwacError, match="is not empty; name a new folder with --out"):
        soak.soak(SHORT, 0, tmp_path, print)
