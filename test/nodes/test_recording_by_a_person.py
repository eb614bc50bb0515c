"""The actor with a person in real time: what is recorded, when, and what services say."""

import time

import numpy as np
import pytest
from std_srvs.srv import Trigger

from awac_msgs.msg import EpisodeMark, EpisodeStatus
from awac_ros.nodes.messages import stamp, twist, twist_message

FORWARD = np.array([0.1, 0.0, 0.0, 0.0, 0.0, 0.0])


class Person:
    """Holds a dead-man, in a world that goes on by itself; the tip moves as commanded."""

    def __init__(self, around) -> None:
        self.around, node = around, around.world.node
        self.holds = False
        self._clock = node.get_clock()
        node.create_timer(0.02, self._tick)

    def _now(self) -> float:
        return round(self._clock.now().nanoseconds / 1e9, 3)

    def _tick(self) -> None:
        self.around.time = self._now()
        self.around.publish()
        if self.holds:
            self.around.twists.publish(twist_message(stamp(self._now()), FORWARD))

    def says(self, name: str) -> tuple[bool, str]:
        reply = self.around.world.call(Trigger, f"episode/{name}", Trigger.Request())
        return reply.success, reply.message

    def waits_for(self, state: int, episode: int) -> EpisodeStatus:
        def there() -> list[EpisodeStatus]:
            return [m for m in self.around.episodes if (m.state, m.episode) == (state, episode)]

        return self.around.world.until(there)[0]


@pytest.fixture
def person(around) -> Person:
    person = Person(around)
    around.world.start("actor", mode="collect", state_timeout=2.0, teleop_timeout=1.0)
    person.waits_for(EpisodeStatus.WAITING, 0)
    return person


def moving(around) -> bool:
    return bool(around.commands) and bool(twist(around.commands[-1])[:2].any())


def test_nothing_is_recorded_while_the_dead_man_is_up_and_the_times_are_the_real_ones(around, person: Person) -> None:
    world = around.world
    assert person.says("start") == (True, "start is marked")
    person.waits_for(EpisodeStatus.RUNNING, 0)
    around.commands.clear()
    world.until(lambda: len(around.commands) > 5)
    assert around.transitions_made() == 0

    begun = time.monotonic()
    person.holds = True
    world.until(lambda: around.transitions_made() >= 4)
    person.holds = False
    world.until(lambda: not moving(around))
    around.commands.clear()
    let_go = time.monotonic()
    world.until(lambda: len(around.commands) > 8)
    person.holds = True
    taken_again = time.monotonic()
    world.until(lambda: moving(around))
    made = around.transitions_made()
    world.until(lambda: around.transitions_made() >= made + 3)
    ended = time.monotonic()
    assert person.says("failure") == (True, "failure is marked")

    status = person.waits_for(EpisodeStatus.ENDED, 0)
    world.until(lambda: around.transitions_made() == status.steps)
    rows = around.rows()
    assert status.outcome == EpisodeStatus.FAILURE
    assert rows.intervened.all() and rows.step.tolist() == list(range(status.steps))
    np.testing.assert_allclose(rows.action, np.tile([0.5, 0.0], (len(rows), 1)), atol=1e-6)
    assert rows.truncated.tolist() == [False] * (status.steps - 1) + [True]
    assert begun <= rows.step_time[0] and rows.step_time[-1] <= ended + 1.0
    (pause,) = np.flatnonzero((rows.step_time[:-1] < let_go) & (rows.step_time[1:] >= taken_again))
    assert rows.step_time[pause + 1] - rows.step_time[pause] >= taken_again - let_go


def test_marks_count_for_the_episode_they_are_said_of_alone_and_are_refused_elsewhere(around, person: Person) -> None:
    for name in ("success", "failure", "discard"):
        done, why = person.says(name)
        assert not done and "no episode runs" in why
    person.says("start")
    person.waits_for(EpisodeStatus.RUNNING, 0)
    assert person.says("start") == (False, "no episode waits for its start")
    around.mark(EpisodeMark.DISCARD)
    around.mark(EpisodeMark.START)
    assert person.waits_for(EpisodeStatus.ENDED, 0).outcome == EpisodeStatus.DISCARDED
    person.waits_for(EpisodeStatus.WAITING, 1)
    refusal = (False, "no episode runs; recorder/undo takes back the one recorded last")
    assert person.says("discard") == refusal, "the second episode still waits"
    assert person.says("start")[0]


def test_standing_is_recorded_where_it_is_asked_for(around) -> None:
    person = Person(around)
    around.world.start("actor", mode="collect", record_idle=True, state_timeout=2.0)
    person.waits_for(EpisodeStatus.WAITING, 0)
    person.says("start")
    around.world.until(lambda: around.transitions_made() >= 3)
    rows = around.rows()
    assert not rows.intervened.any() and not rows.action.any()


def test_a_stop_is_heeded_while_something_else_is_waited_for(around) -> None:
    around.world.start("actor", mode="train", lockstep=True)
    around.world.until(lambda: around.statuses and "waiting for weights" in around.statuses[-1].message)
    around.mark(EpisodeMark.STOP)
    around.world.until(lambda: around.says("the arm is stopped: arm/stop was called"))
    assert around.episodes == [] and not any(twist(command).any() for command in around.commands)
