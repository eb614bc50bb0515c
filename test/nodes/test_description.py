from pathlib import Path

import pytest

from awac_ros.errors import AwacError
from awac_ros.nodes.description import Argument, Graph, Process


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    file = tmp_path / "parameters.yaml"
    file.write_text("{}")
    return Graph(
        name="test",
        arguments=(
            Argument("mode", "train", "what to do", choices=("train", "eval")),
            Argument("episodes", "20", "how many", int),
            Argument("weights", "", "a file"),
            Argument("namespace", "", "of all nodes"),
            Argument("params_file", str(file), "everything else"),
            Argument("use_sim_time", "false", "whose clock", bool),
            Argument("log_level", "info", "how much is said"),
        ),
        processes=(
            Process("actor", lambda values: {"episodes": values["episodes"], "weights": values["weights"]}),
            Process("learner", lambda values: {}, wanted=lambda values: values["mode"] == "train"),
        ),
        check=lambda values: None,
    )


def test_an_unknown_argument_is_refused_with_the_close_ones(graph: Graph) -> None:
    with pytest.raises(AwacError, match="test has no argument 'episods'; did you mean episodes?"):
        graph.parse(["episods:=3"])
    with pytest.raises(AwacError, match="no argument 'zzz'; the arguments are mode, episodes"):
        graph.plan({"zzz": "1"})


def test_a_word_that_is_no_argument_is_refused(graph: Graph) -> None:
    with pytest.raises(AwacError, match="'train' is not an argument; write name:=value"):
        graph.parse(["train"])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mode": "fly"}, "mode:=fly is not known; choose one of train, eval"),
        ({"episodes": "many"}, "episodes:=many is not of type int"),
        ({"use_sim_time": "perhaps"}, "use_sim_time:=perhaps is not of type bool"),
        ({"params_file": "/nowhere.yaml"}, "params_file:=/nowhere.yaml is not there"),
    ],
)
def test_a_bad_value_is_refused_by_name(graph: Graph, given: dict, sentence: str) -> None:
    with pytest.raises(AwacError, match=sentence):
        graph.plan(given)


def test_words_become_typed_parameters(graph: Graph) -> None:
    actor, learner = graph.plan(graph.parse(["episodes:=3", "use_sim_time:=True", "weights:=1"]))
    assert actor.parameters == {"use_sim_time": True, "episodes": 3, "weights": "1"}
    assert learner.name == "learner"


def test_values_of_python_are_as_good_as_words(graph: Graph) -> None:
    assert graph.plan({"episodes": 3, "use_sim_time": True}) == graph.plan({"episodes": "3", "use_sim_time": "true"})


def test_a_parameter_whose_argument_is_empty_is_left_to_the_file(graph: Graph) -> None:
    assert "weights" not in graph.plan({})[0].parameters


def test_processes_that_are_not_wanted_are_not_started(graph: Graph) -> None:
    assert [start.name for start in graph.plan({"mode": "eval"})] == ["actor"]
