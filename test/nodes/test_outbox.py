import numpy as np

from awac_ros.data import EpisodeBuilder, Transitions
from awac_ros.nodes.outbox import Outbox


def transitions(count: int, episode: int = 0) -> Transitions:
    builder = EpisodeBuilder("a" * 32, episode)
    for step in range(count):
        builder.add(np.zeros(8), np.zeros(2), 0.0, np.zeros(8), step_time=0.1 * step)
    return builder.transitions()


def test_what_is_not_acknowledged_is_sent_again_unchanged() -> None:
    outbox = Outbox(capacity=100)
    outbox.put(transitions(3))
    first = outbox.head()
    outbox.put(transitions(4, episode=1))
    assert outbox.head() is first
    outbox.acknowledge()
    assert outbox.head().episode.tolist() == [1] * 4
    assert (outbox.queued, outbox.acknowledged) == (4, 3)
    outbox.acknowledge()
    assert outbox.head() is None and outbox.queued == 0


def test_batches_keep_the_order_and_the_bound_on_size() -> None:
    outbox = Outbox(capacity=1000, batch=5)
    outbox.put(transitions(12))
    outbox.put(transitions(2, episode=1))
    sent = []
    while (head := outbox.head()) is not None:
        assert len(head) <= 5
        sent += list(zip(head.episode.tolist(), head.step.tolist(), strict=True))
        outbox.acknowledge()
    assert sent == [(0, step) for step in range(12)] + [(1, 0), (1, 1)]


def test_it_warns_before_the_bound_and_says_when_it_is_reached() -> None:
    outbox = Outbox(capacity=10)
    outbox.put(transitions(7))
    assert outbox.warning() is None and not outbox.full
    outbox.put(transitions(1, episode=1))
    assert "8 of at most 10 transitions wait" in outbox.warning() and not outbox.full
    outbox.put(transitions(2, episode=2))
    assert outbox.full
