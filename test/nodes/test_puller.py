import time

import numpy as np
import pytest

from awac_msgs.srv import PullTransitions
from awac_ros.data import Transitions
from awac_ros.nodes import puller as puller_module
from awac_ros.nodes.messages import transitions_message
from awac_ros.nodes.puller import Puller
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def transitions(start: int, end: int) -> Transitions:
    count = end - start
    return Transitions(
        observation=np.zeros((count, 8)),
        action=np.zeros((count, 2)),
        reward=np.zeros(count),
        next_observation=np.zeros((count, 8)),
        terminated=np.zeros(count, bool),
        truncated=np.zeros(count, bool),
        intervened=np.zeros(count, bool),
        policy_version=np.zeros(count, int),
        step_time=np.zeros(count),
        actor_id=np.full(count, "a" * 32),
        episode=np.zeros(count, int),
        step=np.arange(start, end),
    )


class Stub:
    """A buffer that holds `total` transitions and hands out four at a time."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.refusal = ""
        self.layout_hash = LAYOUT.hash

    def pull(self, request: PullTransitions.Request, reply: PullTransitions.Response) -> PullTransitions.Response:
        if self.refusal:
            reply.message = self.refusal
            return reply
        end = min(request.cursor + 4, self.total)
        reply.success, reply.next_cursor, reply.total = True, end, self.total
        reply.transitions = transitions_message(transitions(request.cursor, end), LAYOUT)
        reply.transitions.layout_hash = self.layout_hash
        return reply


@pytest.fixture
def stub(world, monkeypatch: pytest.MonkeyPatch) -> Stub:
    monkeypatch.setattr(puller_module, "_RETRY_AFTER", 0.2)
    monkeypatch.setattr(puller_module, "_ANSWER_WITHIN", 0.5)
    stub = Stub(total=10)
    world.node.create_service(PullTransitions, "buffer/pull", stub.pull)
    return stub


def pull_all(world, puller: Puller, count: int) -> np.ndarray:
    """The steps of the next `count` transitions that the puller gives out."""
    parts: list[Transitions] = []

    def enough() -> bool:
        if (pulled := puller.poll(time.monotonic())) is not None:
            parts.append(pulled)
        return sum(map(len, parts)) >= count

    world.until(enough)
    return Transitions.concatenate(parts).step


def test_everything_is_given_out_once_and_in_order(world, stub: Stub) -> None:
    puller = Puller(world.node, LAYOUT, cursor=0)
    np.testing.assert_array_equal(pull_all(world, puller, 10), np.arange(10))
    stub.total = 13
    np.testing.assert_array_equal(pull_all(world, puller, 3), np.arange(10, 13))
    assert puller.cursor == puller.total == 13


def test_it_begins_after_the_cursor(world, stub: Stub) -> None:
    np.testing.assert_array_equal(pull_all(world, Puller(world.node, LAYOUT, cursor=7), 3), [7, 8, 9])


@pytest.mark.parametrize(
    ("fault", "cure", "sentence"),
    [
        ({"refusal": "the disk is full"}, {"refusal": ""}, "buffer/pull refused: the disk is full"),
        ({"layout_hash": "0123456789abcdef"}, {"layout_hash": LAYOUT.hash}, "layout 0123456789abcdef is not"),
    ],
)
def test_a_bad_answer_is_named_and_asked_for_again(world, stub: Stub, fault: dict, cure: dict, sentence: str) -> None:
    stub.__dict__.update(fault)
    puller = Puller(world.node, LAYOUT, cursor=0)
    world.until(lambda: puller.poll(time.monotonic()) is None and puller.trouble)
    assert sentence in puller.trouble
    stub.__dict__.update(cure)
    np.testing.assert_array_equal(pull_all(world, puller, 10), np.arange(10))
    assert puller.trouble is None


def test_a_buffer_that_never_answers_is_named_and_asked_again_later(world, stub: Stub) -> None:
    puller = Puller(world.node, LAYOUT, cursor=0)
    while not (puller.trouble or "").startswith("buffer/pull did not answer within"):
        puller.poll(time.monotonic())  # nobody spins: no answer can come
    np.testing.assert_array_equal(pull_all(world, puller, 10), np.arange(10))
