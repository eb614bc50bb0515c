from pathlib import Path

import numpy as np
import pytest

from awac_ros.data import EpisodeBuilder, Transitions
from awac_ros.errors import AwacError
from awac_ros.nodes.outbox import Outbox, count_made, open_journals
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def transitions(count: int, episode: int = 0, actor_id: str = "a" * 32) -> Transitions:
    builder = EpisodeBuilder(actor_id, episode)
    for step in range(count):
        builder.add(np.zeros(8), np.zeros(2), 0.0, np.zeros(8), step_time=0.1 * step)
    return builder.transitions()


@pytest.fixture
def start(tmp_path: Path):
    """start(actor_id, ...): the outbox of an actor that starts now."""
    started: list[Outbox] = []

    def make(actor_id: str = "a" * 32, capacity: int = 1000, batch: int = 500) -> Outbox:
        started.append(Outbox(open_journals(tmp_path, LAYOUT, actor_id), capacity, batch))
        return started[-1]

    yield make
    for outbox in started:
        outbox.close()


def deliver(outbox: Outbox) -> list[tuple[str, int, int]]:
    """The keys of everything that waits, to a buffer that knows none."""
    sent: list[tuple[str, int, int]] = []
    while (head := outbox.head()) is not None:
        sent += zip(head.actor_id.tolist(), head.episode.tolist(), head.step.tolist(), strict=True)
        outbox.acknowledge(len(head))
    return sent


def test_what_is_not_acknowledged_is_sent_again_unchanged(start) -> None:
    outbox = start()
    outbox.put(transitions(3))
    first = outbox.head()
    outbox.put(transitions(4, episode=1))
    assert outbox.head() is first
    outbox.acknowledge(3)
    assert outbox.head().episode.tolist() == [1] * 4
    assert (outbox.queued, outbox.acknowledged) == (4, 3)
    outbox.acknowledge(4)
    assert outbox.head() is None and outbox.queued == 0


def test_batches_keep_the_order_and_the_bound_on_size(start) -> None:
    outbox = start(batch=5)
    outbox.put(transitions(12))
    outbox.put(transitions(2, episode=1))
    assert len(outbox.head()) == 5
    assert [key[1:] for key in deliver(outbox)] == [(0, step) for step in range(12)] + [(1, 0), (1, 1)]


def test_it_warns_before_the_bound_and_says_when_it_is_reached(start) -> None:
    outbox = start(capacity=10)
    outbox.put(transitions(7))
    assert outbox.warning() is None and not outbox.full
    outbox.put(transitions(1, episode=1))
    assert "8 of at most 10 transitions wait" in outbox.warning() and not outbox.full
    outbox.put(transitions(2, episode=2))
    assert outbox.full


def test_what_the_actors_before_left_is_delivered_first_under_their_own_ids_and_once(start, tmp_path: Path) -> None:
    a, b, c, d = (letter * 32 for letter in "abcd")
    first = start(a)
    first.put(transitions(5, actor_id=a))
    first.head()
    first.close()
    second = start(b)
    second.put(transitions(2, actor_id=b))
    assert (second.queued, second.inherited) == (7, 5)
    second.close()
    third = start(c)
    third.put(transitions(1, actor_id=c))
    assert deliver(third) == [(a, 0, step) for step in range(5)] + [(b, 0, 0), (b, 0, 1), (c, 0, 0)]
    assert (third.acknowledged, third.inherited, third.queued) == (1, 7, 0)
    third.close()
    assert deliver(start(d)) == []


def test_what_a_living_actor_has_is_left_to_it(start) -> None:
    first, second = start("a" * 32), start("b" * 32)
    first.put(transitions(5))
    assert second.queued == 0 and deliver(start("c" * 32)) == []
    assert len(deliver(first)) == 5


def test_a_journal_that_can_not_be_read_keeps_no_other_from_the_next_try(start, tmp_path: Path) -> None:
    first = start("a" * 32)
    first.put(transitions(5))
    first.close()
    damaged = tmp_path / "actors" / "damaged.sqlite"
    damaged.write_bytes(b"no journal at all")
    with pytest.raises(AwacError, match="damaged.sqlite") as refusal:
        start("b" * 32)
    damaged.unlink()
    assert start("c" * 32).queued == 5, refusal


def test_inherited_transitions_that_the_buffer_knew_do_not_count_as_brought(start) -> None:
    first = start("a" * 32)
    first.put(transitions(5))
    first.close()
    second = start("b" * 32)
    assert len(second.head()) == 5
    second.acknowledge(new=3)
    assert (second.inherited, second.acknowledged, second.queued) == (3, 0, 0)


def test_the_transitions_of_every_start_are_counted(start, tmp_path: Path) -> None:
    for letter, count in (("a", 3), ("b", 4)):
        outbox = start(letter * 32)
        outbox.put(transitions(count, actor_id=letter * 32))
        outbox.head()
        outbox.close()
    assert count_made(tmp_path, LAYOUT) == 7
