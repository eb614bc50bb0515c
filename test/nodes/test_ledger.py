import pytest
from hypothesis import given
from hypothesis import strategies as st

from awac_ros.nodes.ledger import Ledger, Pace


def pace(**changes: object) -> Pace:
    values = {"updates_per_step": 4.0, "warmup_steps": 0, "policy_every": 500, "env_steps": 0, "lockstep": True}
    return Pace(**{**values, **changes})


def test_every_step_earns_its_updates() -> None:
    ledger = Ledger(pace())
    ledger.took(200)
    assert ledger.owed == 800
    ledger.updated(790)
    assert ledger.owed == 10


def test_warmup_steps_earn_nothing() -> None:
    ledger = Ledger(pace(warmup_steps=300))
    ledger.took(200)
    assert ledger.owed == 0
    ledger.took(200)
    assert ledger.owed == 400


@given(st.lists(st.integers(1, 300), min_size=1), st.sampled_from([0.25, 0.3, 1.0, 4.0]), st.integers(0, 500))
def test_updates_hang_on_the_steps_and_not_on_how_they_came(chunks: list[int], ratio: float, warmup: int) -> None:
    ledger = Ledger(pace(updates_per_step=ratio, warmup_steps=warmup))
    for chunk in chunks:
        ledger.took(chunk)
        ledger.updated(ledger.owed)
    assert ledger.updates == int(ratio * max(0, sum(chunks) - warmup))


@given(st.integers(1, 2000), st.integers(1, 700), st.booleans())
def test_a_policy_is_due_at_exactly_every_multiple(steps: int, every: int, lockstep: bool) -> None:
    ledger = Ledger(pace(policy_every=every, lockstep=lockstep))
    due = []
    while ledger.environment_steps < steps:
        if ledger.policy_due:
            due.append(ledger.environment_steps)
            ledger.wrote_policy()
        elif ledger.room:
            ledger.took(min(ledger.room, steps - ledger.environment_steps))
        else:
            ledger.updated(ledger.owed)
    assert due == list(range(every, steps, every))


def test_in_lockstep_nothing_new_is_taken_before_the_earned_updates_are_done() -> None:
    ledger = Ledger(pace())
    ledger.took(200)
    assert ledger.room == 0
    ledger.updated(800)
    assert ledger.room == 300


def test_in_real_time_new_transitions_are_taken_at_once() -> None:
    ledger = Ledger(pace(lockstep=False))
    ledger.took(200)
    assert ledger.room == 300


def test_training_is_complete_once_the_last_update_is_done() -> None:
    ledger = Ledger(pace(env_steps=200))
    ledger.took(200)
    assert not ledger.complete
    ledger.updated(800)
    assert ledger.complete


def test_without_a_number_of_steps_training_never_completes() -> None:
    ledger = Ledger(pace())
    assert not ledger.complete


@pytest.mark.parametrize(("steps", "due"), [(499, False), (500, True), (501, False)])
def test_after_a_restart_a_policy_that_may_be_missing_is_due_again(steps: int, due: bool) -> None:
    assert Ledger(pace(), environment_steps=steps, updates=4 * steps).policy_due is due
