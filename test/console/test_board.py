import pytest

from awac_ros.console.board import Board, Ended, NodeState


def test_the_success_rate_is_that_of_the_last_episodes_that_count() -> None:
    board = Board(period=0.1)
    for number, outcome in enumerate(["failure", "success", "discarded", *["success"] * 20]):
        board.end(number, outcome, 50, -float(number))
    told = board.history()["now"]
    assert told["success"][:3] == [0.0, 0.5, pytest.approx(2 / 3)]
    assert told["success"][-1] == 1.0
    assert told["returns"][:3] == [0.0, -1.0, -3.0]
    assert told["made"][:3] == [50, 100, 200]


def test_the_curves_go_on_where_an_earlier_start_ended_and_each_start_has_its_own_rate() -> None:
    board = Board(period=0.1, earlier=[Ended(0, "failure", 200, -9.0, 200)], made=230)
    board.end(0, "success", 70, -2.0)
    told = board.history()
    assert told["earlier"] == {"made": [200], "success": [0.0], "returns": [-9.0]}
    assert told["now"] == {"made": [300], "success": [1.0], "returns": [-2.0]}
    assert board.state(0.0)["counts"] == {"success": 1, "failure": 0, "discarded": 0}


def test_a_stopped_arm_is_said_before_anything_else_with_the_way_on() -> None:
    board = Board(period=0.1)
    assert board.state(0.0)["activity"] == "waiting for the actor"
    board.actor = {"message": "waiting for weights on policy/weights"}
    assert board.state(0.0)["activity"] == "waiting for weights on policy/weights"
    board.stand(3, "waiting", 0.0)
    assert board.state(0.0)["activity"] == "ready: press Start"
    board.arm = {"stopped": True, "reason": "30 N at the tip"}
    assert board.state(0.0)["activity"] == "stopped: press Resume when it may move again"
    board.arm = {"stopped": False, "reason": ""}
    board.actor = {"message": "put the puck near (0.61, -0.12) by hand, then say START: it slipped away"}
    assert board.state(0.0)["activity"] == board.actor["message"]
    board.stand(3, "running", 1.0)
    assert board.state(5.2)["activity"] == "running for 4 s"
    board.held = False
    assert "moves only while a person holds the button" in board.state(5.2)["activity"]


def test_a_node_that_is_gone_is_said_in_place_of_what_it_was_doing() -> None:
    board = Board(period=0.1)
    board.stand(3, "running", 1.0)
    board.missed = "the actor is gone since 10:00:00, and no episode goes on; start it again"
    assert board.state(60.0)["activity"] == board.missed
    board.missed = None
    assert board.state(61.0)["activity"] == "running for 60 s"


def test_the_last_episode_and_the_counts_are_in_sight() -> None:
    board = Board(period=0.1)
    assert board.state(0.0)["last"] is None
    board.end(0, "success", 35, -1.5)
    board.end(1, "discarded", 3, -0.5)
    state = board.state(0.0)
    assert state["counts"] == {"success": 1, "failure": 0, "discarded": 1}
    assert state["last"]["outcome"] == "discarded" and state["last"]["seconds"] == pytest.approx(0.3)


def test_a_node_that_says_nothing_any_more_is_silent() -> None:
    board = Board(period=0.1)
    board.nodes["arm"] = NodeState("ok", "ok", heard=10.0)
    assert board.state(11.0)["nodes"] == [{"name": "arm", "level": "ok", "message": "ok"}]
    assert board.state(15.0)["nodes"] == [{"name": "arm", "level": "silent", "message": "not heard for 5 s"}]


def test_the_rate_and_the_overruns_of_a_node_that_keeps_a_period_are_in_sight() -> None:
    board = Board(period=0.1)
    board.nodes["actor"] = NodeState("warn", "2 deadlines were missed", heard=10.0, pace="9.98 Hz, 7 overruns")
    (line,) = board.state(11.0)["nodes"]
    assert line["message"] == "9.98 Hz, 7 overruns, 2 deadlines were missed"
