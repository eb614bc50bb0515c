"""The promises, in the order of the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from awac_ros.bench.form import Measure
from awac_ros.soak import (
    clocks,
    damaged_files,
    full_disk,
    hostile_messages,
    killed_nodes,
    killed_recorder,
    killed_writers,
    many_arms,
    restarts,
    two_hosts,
    wrong_weights,
)
from awac_ros.soak.effort import Effort


@dataclass(frozen=True)
class Promise:
    """A sentence to rely on, and what tries to break it."""

    name: str
    """Begins the name of each of its measures."""
    sentence: str
    how: str
    """How it is tried, in words."""
    measure: Callable[[Effort, int, Path], list[Measure]]
    """With an effort, a seed, and a folder of its own."""


PROMISES = (
    Promise(
        "killed writers",
        "What the store, an actor's journal, a file of demonstrations or a folder of checkpoints has promised stays, "
        "whole, whatever kills the process that writes it.",
        "Writers are killed with SIGKILL at random moments; everything promised is read back and compared, value by "
        "value. That fsync keeps its word is left to the disk.",
        killed_writers.measure,
    ),
    Promise(
        "full disk",
        "A full disk is one clear sentence; what was there stays, and with room again writing goes on.",
        "A file system of 2 MB is filled by each kind of writer; skipped where this user may not mount one.",
        full_disk.measure,
    ),
    Promise(
        "damaged files",
        "A damaged file of any kind that is read gets one clear sentence: no hang, no crash, nothing executed.",
        "Good files (demonstrations, D4RL, robomimic, store, journal, weights, checkpoints, parameters, learner.json) "
        "are changed by bits, runs, cuts and odd values, and read; audit hooks listen for execution.",
        damaged_files.measure,
    ),
    Promise(
        "hostile messages",
        "Whatever comes over a topic or a service, no node ends, the arm stays within its limits, and nothing is "
        "stored that is not valid.",
        "A graph in real time hears random bytes, wrong sizes, values that are not finite or absurd, wrong hashes, old "
        "stamps and unknown frames on all its topics and services.",
        hostile_messages.measure,
    ),
    Promise(
        "killed nodes",
        "Kill any node at any time: every acknowledged transition is stored exactly once, and the learner trains on "
        "each once, with versions that only count up.",
        "Buffer, learner, arm and actor of a graph in lockstep are killed with SIGKILL in random order and started "
        "again.",
        killed_nodes.measure,
    ),
    Promise(
        "killed recorder",
        "Kill the recorder at any time: every episode that ends is in the file exactly once, also one that began "
        "before the kill.",
        "A scripted operator records in lockstep; the recorder is killed with SIGKILL and started again.",
        killed_recorder.measure,
    ),
    Promise(
        "restarts",
        "An actor that is started again acts within 2 s, with the last weights; a learner goes on from its last "
        "checkpoint under a higher version; without buffer and learner the actor keeps its rate, and what it makes is "
        "kept on its disk.",
        "A graph in real time, whose actor, learner and buffer are killed with SIGKILL; a person stands by who resumes "
        "the arm, since an arm that loses its actor while moving stops until somebody says so.",
        restarts.measure,
    ),
    Promise(
        "clocks",
        "A clock that leaps, stands still or differs from the wall clock by hours moves no arm, stores no wrong time "
        "and holds nothing up for longer than it is wrong.",
        "An actor with use_sim_time hears lies on /clock, while the arm keeps the wall clock; a person resumes the arm "
        "once the clock is right again.",
        clocks.measure,
    ),
    Promise(
        "wrong weights",
        "Weights that are damaged, of another layout, older, of a second learner or of another shape are refused by "
        "name and counted; the actor goes on with the learner it follows.",
        "A liar publishes them on policy/weights beside the learner of a graph in lockstep.",
        wrong_weights.measure,
    ),
    Promise(
        "two hosts",
        "The link between the robot's host and the learner's may be cut, or lose packets: the arm keeps its rate, "
        "nothing is lost or doubled, and new weights come as soon as they can.",
        "Two network namespaces with shared memory of their own stand for two hosts, the learner on one and all else "
        "on the other; the link is cut, then loses 10 % of its packets and delays the rest by 50 ms. Skipped where "
        "this user may not make namespaces.",
        two_hosts.measure,
    ),
    Promise(
        "many arms",
        "Several arms, each with its actor, may feed one buffer and one learner at the best rate they reach: nothing "
        "is lost or doubled, and the learner trains on all of it.",
        "Eight simulated arms in lockstep, each in a namespace of its own, until each has made its steps and the "
        "learner has trained on all.",
        many_arms.measure,
    ),
)
