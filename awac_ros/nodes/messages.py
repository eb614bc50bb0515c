"""Between ROS messages and the project's own values: the one place that knows both.

Flat arrays travel through array.array and numpy views, never through Python lists.
"""

from __future__ import annotations

import array
from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from sensor_msgs.msg import JointState

from awac_msgs.msg import PolicyWeights as PolicyWeightsMessage
from awac_msgs.msg import Transitions as TransitionsMessage
from awac_ros.arms.arm import ArmState
from awac_ros.data import Layout, Transitions
from awac_ros.data.wire import TYPECODES, flat_columns, flat_rows, from_flat_columns
from awac_ros.errors import AwacError
from awac_ros.learning.weights import PolicyWeights, sha256

BASE_FRAME = "base"
"""Every pose and twist of this project is expressed in the arm's base frame."""

_LARGEST = 1e3
"""m, m/s, rad/s: no arm is so large or so fast."""
_NANOSECONDS = 1_000_000_000
_ACTOR_ID_BYTES = 40
"""A serialized string of 32 characters: its length, the characters, a zero, and padding."""


def stamp(seconds: float) -> Time:
    """The ROS time of `seconds` >= 0, to the nearest nanosecond; `stamp(seconds(t)) == t` for every t."""
    whole, nanoseconds = divmod(round(seconds * _NANOSECONDS), _NANOSECONDS)
    return Time(sec=whole, nanosec=nanoseconds)


def seconds(time: Time) -> float:
    """The float nearest to the ROS time, s."""
    return (time.sec * _NANOSECONDS + time.nanosec) / _NANOSECONDS


def pose_message(
    time: Time, p_base: Sequence[float] | np.ndarray, q_base: Sequence[float] | np.ndarray = (0.0, 0.0, 0.0, 1.0)
) -> PoseStamped:
    """Position (3,) m and orientation (4,) xyzw in the base frame."""
    message = PoseStamped()
    message.header.stamp = time
    message.header.frame_id = BASE_FRAME
    p, q = message.pose.position, message.pose.orientation
    p.x, p.y, p.z = (float(value) for value in p_base)
    q.x, q.y, q.z, q.w = (float(value) for value in q_base)
    return message


def position(message: PoseStamped) -> np.ndarray:
    """(3,) float64, m, base frame; AwacError if the pose is in another frame or not finite."""
    p = message.pose.position
    return _vector(message, "pose", (p.x, p.y, p.z))


def orientation(message: PoseStamped) -> np.ndarray:
    """(4,) float64, xyzw, base frame; AwacError if the pose is in another frame or not finite."""
    q = message.pose.orientation
    return _vector(message, "pose", (q.x, q.y, q.z, q.w))


def twist_message(time: Time, v_base: np.ndarray) -> TwistStamped:
    """Twist (6,) [m/s, rad/s] in the base frame."""
    message = TwistStamped()
    message.header.stamp = time
    message.header.frame_id = BASE_FRAME
    linear, angular = message.twist.linear, message.twist.angular
    linear.x, linear.y, linear.z, angular.x, angular.y, angular.z = (float(value) for value in v_base)
    return message


def wrench_message(time: Time, wrench_base: np.ndarray) -> WrenchStamped:
    """Wrench (6,) [N, Nm] in the base frame."""
    message = WrenchStamped()
    message.header.stamp = time
    message.header.frame_id = BASE_FRAME
    force, torque = message.wrench.force, message.wrench.torque
    force.x, force.y, force.z, torque.x, torque.y, torque.z = (float(value) for value in wrench_base)
    return message


def twist(message: TwistStamped) -> np.ndarray:
    """(6,) float64 [m/s, rad/s], base frame; AwacError if the twist is in another frame or not finite."""
    linear, angular = message.twist.linear, message.twist.angular
    return _vector(message, "twist", (linear.x, linear.y, linear.z, angular.x, angular.y, angular.z))


def joint_state_message(time: Time, names: Sequence[str], state: ArmState) -> JointState:
    """Positions, velocities and efforts of the joints `names`."""
    message = JointState(name=list(names))
    message.header.stamp = time
    message.header.frame_id = BASE_FRAME
    message.position = _flat("d", state.joint_position)
    message.velocity = _flat("d", state.joint_velocity)
    message.effort = _flat("d", state.joint_effort)
    return message


def transitions_message(transitions: Transitions, layout: Layout) -> TransitionsMessage:
    """All rows as one message."""
    return _columns_message(len(transitions), flat_columns(transitions), layout)


def packed_message(rows: np.ndarray, actor_ids: np.ndarray, layout: Layout) -> TransitionsMessage:
    """Packed rows (N,), whose i-th actor is actor_ids[i], as one message."""
    return _columns_message(len(rows), flat_rows(rows, actor_ids), layout)


def _columns_message(count: int, flat: tuple[list[str], dict[str, np.ndarray]], layout: Layout) -> TransitionsMessage:
    actor_ids, columns = flat
    message = TransitionsMessage(
        layout_hash=layout.hash,
        count=count,
        observation_size=layout.observation_size,
        action_size=layout.action_size,
        actor_ids=actor_ids,
    )
    for name, column in columns.items():
        setattr(message, name, _flat(TYPECODES[name], column))
    return message


def transition_bytes(layout: Layout) -> int:
    """What one transition adds to a serialized message, but for the id of its actor."""
    widths = {"observation": layout.observation_size, "next_observation": layout.observation_size}
    widths["action"] = layout.action_size
    return sum(np.dtype(typecode).itemsize * widths.get(name, 1) for name, typecode in TYPECODES.items())


def count_that_fits(rows: np.ndarray, layout: Layout, size: int) -> int:
    """How many of the packed rows (N,), from the first on, take at most `size` bytes of a serialized message."""
    actor = rows["actor"]
    named = np.cumsum(np.append(True, actor[1:] != actor[:-1])[: len(actor)])
    sizes = np.arange(1, len(rows) + 1) * transition_bytes(layout) + named * _ACTOR_ID_BYTES
    return int(np.searchsorted(sizes, size, side="right"))


def transitions_from_message(message: TransitionsMessage, layout: Layout) -> Transitions:
    """The rows of `message`; AwacError unless they are whole, finite and of this layout.

    The columns may be views of the message's arrays: don't change the message afterwards.
    """
    check_layout("transitions", message.layout_hash, layout)
    return from_flat_columns(message, layout)


def weights_message(weights: PolicyWeights, time: Time) -> PolicyWeightsMessage:
    """The weights with their checksum, stamped `time`."""
    data = weights.to_bytes()
    return PolicyWeightsMessage(
        stamp=time,
        version=weights.version,
        learner_step=weights.learner_step,
        environment_steps=weights.environment_steps,
        layout_hash=weights.layout_hash,
        sha256=sha256(data),
        safetensors=array.array("B", data),
    )


def weights_from_message(message: PolicyWeightsMessage, layout: Layout) -> PolicyWeights:
    """The weights of `message`; AwacError if they are damaged, of another layout, or no weights at all."""
    check_layout("policy/weights", message.layout_hash, layout)
    data = message.safetensors.tobytes()
    weights = PolicyWeights.from_bytes(data, source="policy/weights", layout_hash=layout.hash, checksum=message.sha256)
    if weights.version != message.version:
        raise AwacError(
            f"policy/weights: the message says version {message.version}, but its weights are version "
            f"{weights.version}; publish what one learner made"
        )
    return weights


def check_layout(topic: str, layout_hash: str, layout: Layout) -> None:
    """AwacError, naming `topic`, unless the hash is the layout's."""
    if layout_hash != layout.hash:
        raise AwacError(
            f"{topic}: layout {layout_hash or '(none)'} is not task {layout.task}'s ({layout.hash}); "
            "start both sides with the same task and version"
        )


def _flat(typecode: str, column: np.ndarray) -> array.array:
    return array.array(typecode, np.ascontiguousarray(column, np.dtype(typecode)).tobytes())


def _vector(message: PoseStamped | TwistStamped, kind: str, values: tuple[float, ...]) -> np.ndarray:
    vector = np.array(values)
    if message.header.frame_id != BASE_FRAME:
        raise AwacError(
            f"a {kind} came in frame '{message.header.frame_id}'; transform it to '{BASE_FRAME}' before publishing"
        )
    if not np.isfinite(vector).all():
        raise AwacError(f"a {kind} is not finite: {vector.tolist()}; check its publisher")
    if np.abs(vector).max() > _LARGEST:
        raise AwacError(f"a {kind} is beyond anything an arm can do: {vector.tolist()}; check its publisher")
    return vector
