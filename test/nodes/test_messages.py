import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awac_ros.arms.arm import ArmState
from awac_ros.data import Transitions
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights
from awac_ros.nodes import messages
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout


def transitions(count: int, seed: int = 0) -> Transitions:
    rng = np.random.default_rng(seed)
    return Transitions(
        observation=rng.uniform(size=(count, 8)),
        action=rng.uniform(-1, 1, (count, 2)),
        reward=rng.normal(size=count),
        next_observation=rng.uniform(size=(count, 8)),
        terminated=rng.uniform(size=count) < 0.3,
        truncated=rng.uniform(size=count) < 0.3,
        intervened=rng.uniform(size=count) < 0.3,
        policy_version=rng.integers(-1, 2**40, count),
        step_time=rng.uniform(0, 1e6, count),
        actor_id=rng.choice(["a" * 32, "b" * 32], count),
        episode=np.arange(count) // 3,
        step=np.arange(count) % 3,
    )


@pytest.mark.parametrize("count", [0, 1, 257])
def test_transitions_come_back_bit_for_bit(count: int) -> None:
    sent = transitions(count)
    got = messages.transitions_from_message(messages.transitions_message(sent, LAYOUT), LAYOUT)
    for name in sent.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(got, name), getattr(sent, name), err_msg=name)
        assert getattr(got, name).dtype.kind == getattr(sent, name).dtype.kind


def test_flat_arrays_never_become_python_lists() -> None:
    message = messages.transitions_message(transitions(3), LAYOUT)
    for name in message.get_fields_and_field_types():
        if name not in ("layout_hash", "count", "observation_size", "action_size", "actor_ids"):
            assert isinstance(getattr(message, name), array.array), name


def test_another_tasks_transitions_are_refused() -> None:
    message = messages.transitions_message(transitions(3), LAYOUT)
    message.layout_hash = "0123456789abcdef"
    with pytest.raises(AwacError, match="layout 0123456789abcdef is not task pushing's"):
        messages.transitions_from_message(message, LAYOUT)


def test_a_column_of_the_wrong_length_is_refused_by_name() -> None:
    message = messages.transitions_message(transitions(3), LAYOUT)
    message.reward = array.array("f", [0.0, 0.0])
    with pytest.raises(AwacError, match="reward has 2 values"):
        messages.transitions_from_message(message, LAYOUT)


def test_an_actor_without_a_name_is_refused() -> None:
    message = messages.transitions_message(transitions(3), LAYOUT)
    message.actor = array.array("I", [0, 1, 7])
    with pytest.raises(AwacError, match="actor index 7"):
        messages.transitions_from_message(message, LAYOUT)


@pytest.mark.parametrize("column", ["observation", "action", "reward", "next_observation", "step_time"])
def test_not_finite_values_are_refused_by_name(column: str) -> None:
    message = messages.transitions_message(transitions(3), LAYOUT)
    values = getattr(message, column)
    values[0] = float("nan")
    with pytest.raises(AwacError, match=f"{column} is not finite at row 0"):
        messages.transitions_from_message(message, LAYOUT)


@given(st.integers(0, 10_000_000))
def test_times_of_control_periods_keep_every_nanosecond(periods: int) -> None:
    time = messages.stamp(periods * 0.1)
    assert time.sec * 10**9 + time.nanosec == periods * 10**8
    assert messages.stamp(messages.seconds(time)) == time


def test_poses_and_twists_come_back() -> None:
    time = messages.stamp(1.5)
    pose = messages.pose_message(time, np.array([0.5, -0.2, 0.06]), (1, 0, 0, 0))
    np.testing.assert_array_equal(messages.position(pose), [0.5, -0.2, 0.06])
    np.testing.assert_array_equal(messages.orientation(pose), [1, 0, 0, 0])
    assert (pose.header.frame_id, pose.header.stamp) == ("base", time)
    command = messages.twist_message(time, np.arange(6))
    np.testing.assert_array_equal(messages.twist(command), np.arange(6.0))
    assert (command.header.frame_id, command.header.stamp) == ("base", time)


def test_a_twist_in_another_frame_is_refused() -> None:
    command = messages.twist_message(messages.stamp(0), np.zeros(6))
    command.header.frame_id = "tool"
    with pytest.raises(AwacError, match="frame 'tool'"):
        messages.twist(command)


def test_a_pose_that_is_not_finite_is_refused() -> None:
    pose = messages.pose_message(messages.stamp(0), (0.5, float("nan"), 0.0))
    with pytest.raises(AwacError, match="not finite"):
        messages.position(pose)


def test_joint_states_carry_name_position_velocity_and_effort() -> None:
    state = ArmState(0.1, np.arange(7), np.ones(7), np.zeros(7), np.zeros(3), np.array([1, 0, 0, 0]))
    names = [f"right_j{i}" for i in range(7)]
    message = messages.joint_state_message(messages.stamp(0.1), names, state)
    assert list(message.name) == names
    assert list(message.position) == list(range(7))
    assert list(message.velocity) == [1.0] * 7
    assert list(message.effort) == [0.0] * 7


def weights(version: int = 3) -> PolicyWeights:
    return PolicyWeights({"layer0.bias": np.arange(5, dtype=np.float32)}, LAYOUT.hash, version, 700, 200)


def test_weights_come_back_with_their_numbers() -> None:
    message = messages.weights_message(weights(), messages.stamp(2.0))
    got = messages.weights_from_message(message, LAYOUT)
    assert (got.version, got.learner_step, got.environment_steps) == (3, 700, 200)
    assert (message.version, message.learner_step, message.environment_steps) == (3, 700, 200)
    np.testing.assert_array_equal(got.tensors["layer0.bias"], weights().tensors["layer0.bias"])


def test_damaged_weights_are_refused() -> None:
    message = messages.weights_message(weights(), messages.stamp(2.0))
    message.safetensors[-1] ^= 1
    with pytest.raises(AwacError, match="policy/weights: the weights' SHA-256"):
        messages.weights_from_message(message, LAYOUT)


def test_weights_of_another_layout_are_refused() -> None:
    message = messages.weights_message(weights(), messages.stamp(2.0))
    message.layout_hash = "0123456789abcdef"
    with pytest.raises(AwacError, match="layout 0123456789abcdef is not task pushing's"):
        messages.weights_from_message(message, LAYOUT)


def test_weights_of_another_version_than_their_message_are_refused() -> None:
    message = messages.weights_message(weights(), messages.stamp(2.0))
    message.version = 4
    with pytest.raises(AwacError, match="the message says version 4, but its weights are version 3"):
        messages.weights_from_message(message, LAYOUT)


def test_an_actor_id_that_is_too_long_is_refused_before_it_is_copied_to_every_row() -> None:
    message = messages.transitions_message(transitions(3), LAYOUT)
    message.actor_ids[0] = "a" * 10_000_000
    with pytest.raises(AwacError, match="longer than 32 characters"):
        messages.transitions_from_message(message, LAYOUT)


def test_a_pose_and_a_twist_of_giants_are_refused() -> None:
    time = messages.stamp(0.0)
    with pytest.raises(AwacError, match="a pose is beyond anything an arm can do"):
        messages.position(messages.pose_message(time, (1e30, 0.0, 0.0)))
    with pytest.raises(AwacError, match="a twist is beyond anything an arm can do"):
        messages.twist(messages.twist_message(time, np.full(6, 1e300)))
