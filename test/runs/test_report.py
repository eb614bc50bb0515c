"""report.json holds what its readers were promised, computed as they were promised."""

import json

import pytest

from awac_ros.envs.evaluate import Evaluation
from awac_ros.errors import AwacError
from awac_ros.runs import plots
from awac_ros.runs.evaluations import Judged, read_all
from awac_ros.runs.report import TransitionCounts, build, markdown
from awac_ros.runs.settings import PushingSettings

PRIOR = {"random": Evaluation(500, 0.09, 0.2, 0.18), "demos": Evaluation(20, 1.0, 1.0, 0.03)}


def judged(env_steps: int, updates: int, success: float) -> Judged:
    stage, count = ("online", env_steps) if env_steps else ("offline", updates)
    any_success = min(1.0, success + 0.05)
    return Judged(f"{stage}_{count:06d}", updates, env_steps, 5, 100, success, any_success, 0.1 - success / 20)


EVALUATIONS = [judged(0, 100, 0.3), judged(0, 200, 0.7)] + [
    judged(step, 200 + 4 * step, success) for step, success in ((500, 0.8), (1000, 0.94), (1500, 0.96), (2000, 0.98))
]


def report(prior="demos", counts=(2000, 2000, 2000, 0, 0), seconds=300.0):
    settings = PushingSettings(prior=prior, seed=7)
    return build(settings, PRIOR, EVALUATIONS, TransitionCounts(*counts), {"online": seconds})


def test_every_promised_key_is_there():
    made = json.loads(json.dumps(report()))
    assert {"seed", "prior", "offline", "online", "transitions", "seconds", "commit", "machine", "holds"} <= set(made)
    result = {"episodes", "final_success", "any_success", "final_distance"}
    assert result <= set(made["offline"]) and result | {"env_steps", "updates", "evaluations"} <= set(made["online"])
    assert {"acted": 2000, "stored": 2000, "trained": 2000}.items() <= made["transitions"].items()
    assert made["prior_data"]["random"]["final_success"] == 0.09
    assert (made["seed"], made["prior"]) == (7, "demos")


def test_online_is_the_mean_of_the_last_three_evaluations_and_all_are_listed():
    made = report()
    assert made["online"]["final_success"] == pytest.approx(0.96)
    assert made["online"]["episodes"] == 300
    assert [row["env_steps"] for row in made["online"]["evaluations"]] == [500, 1000, 1500, 2000]
    assert made["online"]["env_steps"] == 2000 and made["online"]["updates"] == 8000


def test_offline_is_the_policy_that_online_training_began_with():
    assert report()["offline"]["final_success"] == 0.7
    assert report()["offline"]["updates"] == 200


def test_a_run_that_reaches_its_targets_holds():
    assert report()["holds"] and report(prior="random")["holds"]


@pytest.mark.parametrize(
    "counts", [(9, 8, 8, 0, 0), (8, 9, 9, 0, 0), (9, 9, 5, 0, 0), (9, 9, 9, 1, 0), (9, 9, 9, 0, 1)]
)
def test_lost_doubled_or_nameless_transitions_do_not_hold(counts):
    assert not report(counts=counts)["holds"]


def test_a_long_run_does_not_hold():
    assert not report(seconds=601)["holds"]


def test_a_report_without_an_evaluation_after_training_is_refused():
    with pytest.raises(AwacError, match="run awac pushing again"):
        build(PushingSettings(), PRIOR, EVALUATIONS[:2], TransitionCounts(0, 0, 0, 0, 0), {})


def test_the_report_for_people_and_the_curves_are_made_from_it(tmp_path):
    text = markdown(report())
    assert "96%" in text and "after 2,000 online steps" in text and "holds" in text
    plots.curves(report(), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_evaluations_are_read_in_the_order_of_training(tmp_path):
    for one in reversed(EVALUATIONS):
        one.save(tmp_path)
    assert read_all(tmp_path) == EVALUATIONS


def test_a_foreign_evaluation_file_is_named(tmp_path):
    (tmp_path / "online_1.json").write_text('{"success": 1}')
    with pytest.raises(AwacError, match=r"online_1.json.*delete it"):
        read_all(tmp_path)
