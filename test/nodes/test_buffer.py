import signal
from pathlib import Path

import numpy as np
import pytest
from rclpy.serialization import serialize_message

from awac_msgs.msg import BufferStatus
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_msgs.srv import AppendTransitions, PullTransitions
from awac_ros.data import Transitions
from awac_ros.data.store import TransitionStore
from awac_ros.nodes.buffer import REPLY_BYTES, Buffer
from awac_ros.nodes.messages import transitions_from_message, transitions_message
from awac_ros.nodes.qos import LATCHED
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def transitions(count: int, actor: str = "a" * 32) -> Transitions:
    rng = np.random.default_rng(0)
    return Transitions(
        observation=rng.uniform(size=(count, 8)),
        action=rng.uniform(-1, 1, (count, 2)),
        reward=rng.normal(size=count),
        next_observation=rng.uniform(size=(count, 8)),
        terminated=np.zeros(count, bool),
        truncated=np.arange(count) % 200 == 199,
        intervened=np.zeros(count, bool),
        policy_version=np.zeros(count, int),
        step_time=np.arange(count) * 0.1,
        actor_id=np.full(count, actor),
        episode=np.arange(count) // 200,
        step=np.arange(count) % 200,
    )


@pytest.fixture
def store(world, tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite"
    world.host(Buffer, store=path)
    return path


def append(world, rows: Transitions) -> AppendTransitions.Response:
    request = AppendTransitions.Request(transitions=transitions_message(rows, LAYOUT))
    return world.call(AppendTransitions, "buffer/append", request)


def pull(world, cursor: int, limit: int = 2**32 - 1) -> PullTransitions.Response:
    return world.call(PullTransitions, "buffer/pull", PullTransitions.Request(cursor=cursor, limit=limit))


def test_transitions_sent_twice_are_stored_once(world, store: Path) -> None:
    heard = world.hear(BufferStatus, "buffer/status", LATCHED)
    first, again = append(world, transitions(300)), append(world, transitions(300))
    assert (first.success, first.stored, first.total) == (True, 300, 300)
    assert (again.success, again.stored, again.total) == (True, 0, 300)
    world.until(lambda: heard and heard[-1].duplicates == 300)
    assert heard[-1].stored == 300


def test_ten_thousand_transitions_are_pulled_exactly_once_in_small_replies(world, store: Path) -> None:
    sent = transitions(10_000)
    for start in range(0, len(sent), 2000):
        append(world, sent[start : start + 2000])
    cursor, parts = 0, []
    while (reply := pull(world, cursor)).transitions.count:
        assert reply.success and reply.total == len(sent)
        assert len(serialize_message(reply.transitions)) < REPLY_BYTES
        parts.append(transitions_from_message(reply.transitions, LAYOUT))
        cursor = reply.next_cursor
    got = Transitions.concatenate(parts)
    assert cursor == len(sent)
    for name in sent.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(got, name), getattr(sent, name), err_msg=name)


def test_a_page_of_many_actors_fits_into_a_reply_too(world, store: Path) -> None:
    rows = transitions(3000)
    object.__setattr__(rows, "actor_id", np.array([f"{i:032d}" for i in range(3000)]))
    append(world, rows)
    reply = pull(world, 0)
    assert 1000 < reply.transitions.count < 3000
    assert len(serialize_message(reply.transitions)) < REPLY_BYTES


def test_a_limit_below_the_reply_size_is_kept(world, store: Path) -> None:
    append(world, transitions(100))
    reply = pull(world, 40, limit=25)
    assert (reply.transitions.count, reply.next_cursor) == (25, 65)


def test_bad_transitions_are_answered_with_a_sentence_and_nothing_is_stored(world, store: Path) -> None:
    bad = transitions_message(transitions(3), LAYOUT)
    bad.reward[1] = float("nan")
    foreign = transitions_message(transitions(3), LAYOUT)
    foreign.layout_hash = "0123456789abcdef"
    short = TransitionsMessage(layout_hash=LAYOUT.hash, count=7)
    for message, word in ((bad, "reward is not finite at row 1"), (foreign, "layout 0123456789abcdef"), (short, "7")):
        reply = world.call(AppendTransitions, "buffer/append", AppendTransitions.Request(transitions=message))
        assert not reply.success
        assert word in reply.message
    assert append(world, transitions(3)).total == 3


def test_a_cursor_of_another_store_is_answered_with_a_sentence(world, store: Path) -> None:
    append(world, transitions(3))
    reply = pull(world, 700)
    assert not reply.success
    assert "cursor 700" in reply.message


def test_acknowledged_transitions_survive_a_killed_buffer(world, tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    world.start("buffer", store=store)
    append(world, transitions(300))
    world.processes[0].send_signal(signal.SIGKILL)
    world.processes[0].wait()
    with TransitionStore(store, LAYOUT, read_only=True) as held:
        assert held.total == 300
    world.start("buffer", store=store)
    again = append(world, transitions(400))
    assert (again.stored, again.total) == (100, 400)


def test_sigint_ends_it_cleanly(world, tmp_path: Path) -> None:
    world.start("buffer", store=tmp_path / "store.sqlite")
    append(world, transitions(3))
    world.processes[0].send_signal(signal.SIGINT)
    assert world.processes[0].wait(10) == 0
    assert "Traceback" not in world.log()


def test_without_a_path_it_says_so_and_exits_with_2(world) -> None:
    assert world.start("buffer").wait(20) == 2
    assert "parameter store is empty" in world.log()
