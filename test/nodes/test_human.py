import numpy as np
import pytest

from awac_ros.data import Outcome
from awac_ros.nodes.human import Human, HumanTwist, Mark

TWIST = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_the_dead_man_is_held_while_twists_keep_coming() -> None:
    human = Human(timeout=0.2)
    assert human.held(0.0, stamp=5.0) is None
    human.put_twist(HumanTwist(TWIST, stamp=5.0, received=1.0))
    assert human.held(1.2, stamp=5.1) is TWIST
    assert human.held(1.21, stamp=5.1) is None


@pytest.mark.parametrize(("stamp", "word"), [(5.3, "before"), (4.7, "after")])
def test_a_twist_of_another_time_is_not_followed_and_says_so(stamp: float, word: str) -> None:
    human = Human(timeout=0.2)
    human.put_twist(HumanTwist(TWIST, stamp=5.0, received=1.0))
    assert human.held(1.0, stamp) is None
    assert f"0.30 s {word} the arm's state" in human.refusal
    assert human.held(1.0, stamp=5.0) is TWIST and human.refusal is None


def test_an_answer_is_to_one_state_only() -> None:
    human = Human(timeout=0.2)
    human.put_twist(HumanTwist(TWIST, stamp=5.0, received=1.0))
    assert human.answer(5.0) is TWIST
    assert human.answer(5.1) is None


def test_every_mark_counts_once_and_in_order() -> None:
    human = Human(timeout=0.2)
    human.put_mark(Mark.START)
    human.put_mark(Mark.FAILURE)
    assert human.has_mark()
    assert [human.take_mark(), human.take_mark(), human.take_mark()] == [Mark.START, Mark.FAILURE, None]


def test_a_stop_is_found_among_other_marks_and_takes_them_with_it() -> None:
    human = Human(timeout=0.2)
    human.put_mark(Mark.START)
    assert not human.take_stop() and human.has_mark()
    human.put_mark(Mark.STOP)
    human.put_mark(Mark.START)
    assert human.take_stop() and not human.has_mark()


@pytest.mark.parametrize(
    ("mark", "outcome"),
    [
        (Mark.START, None),
        (Mark.SUCCESS, Outcome.SUCCESS),
        (Mark.FAILURE, Outcome.FAILURE),
        (Mark.DISCARD, Outcome.DISCARDED),
        (Mark.STOP, Outcome.DISCARDED),
    ],
)
def test_what_a_mark_makes_of_a_running_episode(mark: Mark, outcome: Outcome | None) -> None:
    assert mark.outcome is outcome
