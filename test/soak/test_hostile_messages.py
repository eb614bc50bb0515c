from dataclasses import replace

import numpy as np
from rclpy.serialization import serialize_message

from awac_ros.nodes.messages import transitions_message
from awac_ros.soak import hostile_messages, records
from awac_ros.soak.effort import SHORT
from awac_ros.soak.forgery import Forger


def test_forgeries_differ_and_are_repeatable_by_seed():
    good = transitions_message(records.transitions(6), records.LAYOUT)

    def sizes(seed: int) -> list[int]:
        forger = Forger(np.random.default_rng(seed))
        made = [forger.forge(good) for _ in range(40)]
        return [len(one if isinstance(one, bytes) else serialize_message(one)) for one in made]

    assert sizes(0) == sizes(0) != sizes(1)
    assert len(set(sizes(0))) > 20


def test_a_graph_outlives_hostile_messages_and_stores_nothing_invalid(tmp_path):
    measures = hostile_messages.measure(replace(SHORT, messages=300), 0, tmp_path)
    assert [measure.name for measure in measures if not measure.holds] == []
