"""The form is one and the same for every measurement, and a failed target is never hidden."""

import json
import math

from awac_ros.bench import form
from awac_ros.bench.form import Measure, at_least, at_most, below, plain


def test_the_form_has_exactly_the_fields_that_every_reader_expects(tmp_path):
    form.write(tmp_path / "figures.json", [at_least("steps", 900, "steps/s", 800)])
    written = json.loads((tmp_path / "figures.json").read_text())
    assert set(written) == {"commit", "machine", "measures"}
    assert written["measures"] == [
        {"name": "steps", "value": 900.0, "unit": "steps/s", "target": ">= 800", "holds": True}
    ]
    assert written["machine"]["cores"] >= 1


def test_targets_hold_up_to_their_limit():
    assert at_least("a", 800, "", 800).holds and not at_least("a", 799.9, "", 800).holds
    assert at_most("a", 800, "", 800).holds and not at_most("a", 800.1, "", 800).holds
    assert below("a", 149.9, "ms", 150).holds and not below("a", 150, "ms", 150).holds


def test_what_could_not_be_measured_holds_no_target_and_is_null(tmp_path):
    measures = [at_least("a", math.nan, "", 1), below("b", math.nan, "", 1), plain("c", math.nan, "")]
    assert not any(measure.holds for measure in measures)
    form.write(tmp_path / "figures.json", measures)
    assert [row["value"] for row in json.loads((tmp_path / "figures.json").read_text())["measures"]] == [None] * 3


def test_one_failed_measure_fails_them_all():
    good, bad = Measure("a", 1, "", None, True), Measure("b", 1, "", ">= 2", False)
    assert form.all_hold([good]) and not form.all_hold([good, bad])
    assert "FAILS" in form.table([good, bad])
