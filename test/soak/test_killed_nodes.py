from dataclasses import replace

from awac_ros.soak import killed_nodes
from awac_ros.soak.effort import SHORT


def test_a_missing_step_is_counted_and_the_end_of_an_episode_is_not():
    keys = {("a", 0, 0), ("a", 0, 1), ("a", 1, 0), ("a", 1, 3), ("b", 0, 1)}
    assert killed_nodes._holes(keys) == 3


def test_a_killed_node_costs_nothing_that_was_acknowledged(tmp_path):
    measures = {measure.name: measure for measure in killed_nodes.measure(replace(SHORT, nodes_killed=1), 0, tmp_path)}
    assert measures["transitions stored"].value >= 200
    for name in (
        "acknowledged transitions lost",
        "transitions in the actors' journals that are not stored",
        "transitions stored twice",
        "steps missing inside stored episodes",
    ):
        assert measures[name].holds, name
