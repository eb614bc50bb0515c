"""When the actor acts, and that it commands nothing but stillness while it can't see."""

import time

import numpy as np
import pytest

from awac_ros.errors import AwacError
from awac_ros.nodes import clock_watch, pacing
from awac_ros.nodes.observer import PUCK, TIP, Measurement, Observer
from awac_ros.nodes.pacing import Lockstep, RealTime, StateLost

MOVING = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0])


def never() -> None:
    raise AssertionError("the way of the commands was made anew")


class Turns:
    """Stands in for the spinner: each turn takes as long as it may, on a clock of its own."""

    def __init__(self) -> None:
        self.now = 1.0
        self.at = {}
        """By the number of the turn, what happens in it."""
        self.count = 0

    def once(self, timeout: float = 0.1) -> None:
        self.now += timeout
        self.count += 1
        self.at.get(self.count, lambda: None)()

    def catch_up(self) -> None: ...

    def until(self, condition) -> None:
        assert condition()


class Sent(list):
    """The commands, as (twist, stamp)."""

    def __call__(self, v_base_tip: np.ndarray, at: float) -> None:
        self.append((v_base_tip, at))

    def moves(self) -> bool:
        return any(twist.any() for twist, _ in self)


def see(observer: Observer, stamp: float, topics: tuple[str, ...] = (TIP, PUCK)) -> None:
    for topic in topics:
        observer.put(topic, Measurement(stamp, time.monotonic(), np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])))


def real_time(turns: Turns, observer: Observer, sent: Sent) -> RealTime:
    return RealTime(turns, observer, sent, 0.1, lambda: turns.now, lambda: turns.now)


def test_in_lockstep_a_puck_that_is_not_seen_is_named() -> None:
    observer, sent, turns = Observer(timeout=0.2), Sent(), Turns()
    turns.once = lambda timeout=0.0: see(observer, 0.1, (TIP,))
    with pytest.raises(StateLost, match="no puck_pose has come yet"):
        Lockstep(turns, observer, sent, never).next()
    assert not sent.moves()


def test_in_lockstep_the_newest_command_is_sent_again_and_after_a_halt_stillness(monkeypatch) -> None:
    monkeypatch.setattr(pacing, "RESEND_AFTER", -1.0)
    observer, sent = Observer(timeout=1.0), Sent()
    lockstep = Lockstep(Turns(), observer, sent, never)
    see(observer, 0.1)
    assert lockstep.next().stamp == 0.1
    lockstep.command(MOVING)
    lockstep.idle()
    assert [(twist is MOVING, at) for twist, at in sent] == [(True, 0.1)] * 2
    sent.clear()
    lockstep.halt()
    lockstep.idle()
    assert sent and not sent.moves()


def unanswered(lockstep: Lockstep, observer: Observer, stamp: float) -> None:
    lockstep.begin(stamp)
    see(observer, stamp)
    lockstep.next()
    lockstep.command(MOVING)
    lockstep.next()


def test_in_lockstep_a_command_without_an_answer_is_named_and_its_way_made_anew() -> None:
    observer, anew = Observer(timeout=0.02), []
    lockstep = Lockstep(Turns(), observer, Sent(), lambda: anew.append(1))
    with pytest.raises(StateLost, match="the arm has not answered arm/command"):
        unanswered(lockstep, observer, 0.1)
    assert len(anew) == 1


def test_in_lockstep_three_lost_episodes_in_turn_end_the_actor() -> None:
    observer, turns = Observer(timeout=0.02), Turns()
    lockstep = Lockstep(turns, observer, Sent(), lambda: None)
    for stamp in (1.0, 2.0):
        with pytest.raises(StateLost):
            unanswered(lockstep, observer, stamp)
    turns.at[turns.count + 1] = lambda: see(observer, 3.1)
    unanswered(lockstep, observer, 3.0)
    for stamp in (4.0, 5.0):
        with pytest.raises(StateLost):
            unanswered(lockstep, observer, stamp)
    with pytest.raises(AwacError, match="3 episodes in turn were lost; start the graph again: the arm has not"):
        unanswered(lockstep, observer, 6.0)


def test_in_real_time_a_state_of_the_scene_before_is_not_acted_on() -> None:
    observer, sent, turns = Observer(timeout=5.0), Sent(), Turns()
    paced = real_time(turns, observer, sent)
    see(observer, 1.0)
    turns.at[3] = lambda: see(observer, 2.0)
    paced.begin(2.0)
    assert paced.next().stamp == 2.0
    assert len(sent) >= 1 and not sent.moves()


def test_in_real_time_a_state_that_is_no_longer_seen_is_named() -> None:
    observer, sent = Observer(timeout=0.0), Sent()
    paced = real_time(Turns(), observer, sent)
    see(observer, 1.0)
    with pytest.raises(StateLost, match="tip_pose stopped coming"):
        paced.next()
    paced.idle()
    assert sent and not sent.moves()


def test_in_real_time_an_actor_that_was_held_up_reads_what_has_come_before_it_judges_its_age() -> None:
    observer, sent, turns = Observer(timeout=0.2), Sent(), Turns()
    paced = real_time(turns, observer, sent)
    long_ago = Measurement(1.0, time.monotonic() - 1.0, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]))
    for topic in (TIP, PUCK):
        observer.put(topic, long_ago)
    paced.begin(1.0)
    turns.now += 1.0
    turns.catch_up = lambda: see(observer, turns.now)
    assert paced.next().stamp == turns.now == 2.0


def test_in_real_time_what_is_heard_ends_a_wait_at_once_and_stillness_is_commanded_once_a_period() -> None:
    turns, sent = Turns(), Sent()
    paced = real_time(turns, Observer(timeout=5.0), sent)
    hear = turns.once
    turns.once = lambda timeout: hear(min(timeout, 0.03))
    paced.idle()
    assert turns.now == pytest.approx(1.03) and not sent
    while turns.now < 1.3 - 1e-6:
        paced.idle()
    assert [at for _, at in sent] == pytest.approx([1.1, 1.2, 1.3]) and not sent.moves()
    assert paced.overruns == 0


def test_a_clock_that_leaps_costs_the_episode_and_the_next_one_goes_on_at_its_new_time() -> None:
    observer, sent, turns = Observer(timeout=60.0), Sent(), Turns()
    turns.now = 5000.0
    paced = real_time(turns, observer, sent)
    see(observer, 5000.0)
    assert paced.next().time == pytest.approx(5000.1)
    for leap in (-3600.0, 7200.0):
        turns.at[turns.count + 1] = lambda leap=leap: setattr(turns, "now", turns.now + leap)
        with pytest.raises(StateLost, match="the clock leapt from .* only one node may publish /clock"):
            paced.next()
        paced.halt()
        now = turns.now
        see(observer, now)
        paced.begin(now)
        assert now < paced.next().time < now + 0.25
    assert paced.overruns == 0 and not sent.moves()


def test_a_clock_that_stands_still_is_named_and_nothing_is_waited_for_without_an_end(monkeypatch) -> None:
    monkeypatch.setattr(clock_watch, "_STANDSTILL", 0.0)
    observer, sent, turns = Observer(timeout=60.0), Sent(), Turns()
    paced = RealTime(turns, observer, sent, 0.1, lambda: 7.0, lambda: 7.0)
    see(observer, 7.0)
    with pytest.raises(StateLost, match="the clock has stood still"):
        paced.next()
    paced.idle()
    assert "stood still" in paced.trouble() and not sent.moves()


def test_states_that_stay_older_than_the_scene_end_the_episode(monkeypatch) -> None:
    monkeypatch.setattr(pacing, "_OLD_STATES", 0.0)
    observer, sent = Observer(timeout=60.0), Sent()
    paced = real_time(Turns(), observer, sent)
    see(observer, 1.0)
    paced.begin(3600.0)
    with pytest.raises(StateLost, match="stamped before the scene was set; was a clock set back?"):
        paced.next()
    assert not sent.moves()
