"""Velocities change as fast as acceleration and jerk allow, and where the arm comes to rest is known beforehand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awac_ros.arms.profile import VelocityProfile

ACCELERATION = np.array([10.0, 8.0, 10.0, 10.0, 12.0, 12.0, 12.0])
JERK_TIME = 0.03
LARGEST = np.array([0.88, 0.678, 0.996, 0.996, 1.776, 1.776, 2.316])


def profile(period: float) -> VelocityProfile:
    return VelocityProfile(ACCELERATION, JERK_TIME, period)


@pytest.mark.parametrize("period", [0.002, 0.01, 0.025])
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_no_joint_passes_the_largest_velocity_it_was_asked_for(period: float, seed: int) -> None:
    rng, made = np.random.default_rng(seed), profile(period)
    acceleration = np.zeros(7)
    for _ in range(200):
        if rng.random() < 0.2:
            wanted = LARGEST * rng.uniform(-1.0, 1.0, 7).round(int(rng.integers(2)))
            next_acceleration = made.towards(wanted)
        else:
            next_acceleration = made.towards(wanted if acceleration.any() else LARGEST)
            wanted = LARGEST
        assert (np.abs(next_acceleration - acceleration) <= period / JERK_TIME + 1e-9).all()
        assert (np.abs(next_acceleration) <= 1.0 + 1e-9).all()
        acceleration = next_acceleration
        assert (np.abs(made.send(acceleration)) <= LARGEST + 1e-9).all()


def test_from_rest_all_joints_keep_the_direction_and_arrive_together() -> None:
    made, wanted = profile(0.01), 0.5 * LARGEST
    shares = [made.send(made.towards(wanted)) / wanted for _ in range(20)]
    assert all(np.ptp(share) < 1e-9 for share in shares)
    assert (np.diff([share[0] for share in shares]) > -1e-12).all()
    np.testing.assert_allclose(shares[-1], 1.0, atol=1e-9)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_way_to_rest_is_the_one_that_braking_takes(seed: int) -> None:
    rng, made = np.random.default_rng(seed), profile(0.01)
    for _ in range(20):
        made.send(made.towards(LARGEST * rng.uniform(-1.0, 1.0, 7)))
    acceleration = made.towards(LARGEST * rng.uniform(-1.0, 1.0, 7))
    following, _, rest = made.way_to_rest(acceleration)
    moved = made.send(acceleration) * 0.01
    np.testing.assert_allclose(following, moved, atol=1e-12)
    for _ in range(50):
        moved = moved + made.send(made.towards(np.zeros(7))) * 0.01
    np.testing.assert_allclose(rest, moved, atol=1e-4)


def test_a_joint_that_turns_round_is_not_taken_for_one_at_rest() -> None:
    made, whole = profile(0.001), np.ones(7)
    made.send(whole)
    rest = made.way_to_rest(-whole)[2]  # after one period the velocity is zero, the acceleration is not
    moved = made.send(-whole) * 0.001
    for _ in range(300):
        moved = moved + made.send(made.towards(np.zeros(7))) * 0.001
    assert moved.max() < -1e-3
    np.testing.assert_allclose(rest, moved, atol=2e-4)


def test_the_peak_is_where_the_acceleration_has_fallen_to_zero() -> None:
    made = profile(0.001)
    for _ in range(40):
        made.send(made.towards(LARGEST))
    acceleration = made.towards(np.zeros(7))
    peak = made.peak(acceleration)
    velocities = [made.send(acceleration)] + [made.send(made.towards(np.zeros(7))) for _ in range(40)]
    np.testing.assert_allclose(np.max(velocities, axis=0), peak, rtol=0.02)
