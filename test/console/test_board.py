import pytest

from awac_ros.console.board import Board, Ended, NodeState


def test_the_success_rate_is_that_of_the_last_episodes_that_count() -> None:
    board = Board(period=0.1)
    for number, outcome in enumerate(["failure", "success", "discarded", *["success"] * 20]):
        board.end(Ended(number, outcome, 50, -float(number)))
    told = board.history()
    assert told["success"][:3] == [0.0, 0.5, pytest.approx(2 / 3)]
    assert told["success"][-1] == 1.0
    assert told["returns"][:3] == [0.0, -1.0, -3.0]


def test_the_last_episode_and_the_counts_are_in_sight() -> None:
    board = Board(period=0.1)
    assert board.state(0.0)["last"] is None
    board.end(Ended(0, "success", 35, -1.5))
    board.end(Ended(1, "discarded", 3, -0.5))
    state = board.state(0.0)
    assert state["counts"] == {"success": 1, "failure": 0, "discarded": 1}
    assert state["last"]["outcome"] == "discarded" and state["last"]["seconds"] == pytest.approx(0.3)


def test_a_node_that_says_nothing_any_more_is_silent() -> None:
    board = Board(period=0.1)
    board.nodes["arm"] = NodeState("ok", "ok", heard=10.0)
    assert board.state(11.0)["nodes"] == [{"name": "arm", "level": "ok", "message": "ok"}]
    assert board.state(15.0)["nodes"] == [{"name": "arm", "level": "silent", "message": "not heard for 5 s"}]
