"""The quality of service of every topic, in one place."""

from typing import Any

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, LivelinessPolicy, QoSProfile, ReliabilityPolicy


def _profile(reliability: ReliabilityPolicy, durability: DurabilityPolicy, depth: int, **more: Any) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=reliability, durability=durability, **more
    )


STATE = _profile(ReliabilityPolicy.BEST_EFFORT, DurabilityPolicy.VOLATILE, 5)
"""Sensor data: the newest state counts, and a lost one is never worth waiting for."""

COMMAND = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 1)
"""Each command must arrive, but an old one must never be followed: a queue of one."""

LATCHED = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 1)
"""Weights and what stands: a late joiner gets the newest value at once."""

LEASE = 2.0
"""s after which a killed node counts as gone: the middleware gives a sign of life three times in two leases."""

SILENCE = 10.0
"""s that a living node may say nothing: it speaks once a second, but not while it writes a large checkpoint."""

STATUS = _profile(
    ReliabilityPolicy.RELIABLE,
    DurabilityPolicy.TRANSIENT_LOCAL,
    1,
    liveliness=LivelinessPolicy.AUTOMATIC,
    liveliness_lease_duration=Duration(seconds=LEASE),
    deadline=Duration(seconds=SILENCE),
)
"""A node's status, latched, and whether the node lives; one who doesn't ask for that may subscribe with LATCHED."""

WEIGHTS = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 10)
"""Weights where they are followed: what another publisher says does not push the learner's out of the queue."""

EVENTS = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 10)
"""Episode marks: every one counts, but an actor that starts later must not act on an old one."""

EPISODES = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 10)
"""Episode status: every one counts, and a late joiner learns where the episode stands."""

KEPT = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.TRANSIENT_LOCAL, 1000)
"""What is recorded: none may be lost while a recorder is busy with an episode's file, or dead and started again."""

DIAGNOSTICS = _profile(ReliabilityPolicy.RELIABLE, DurabilityPolicy.VOLATILE, 10)
"""What diagnostic aggregators subscribe with."""
