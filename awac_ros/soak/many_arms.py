"""Several arms and their actors into one buffer and one learner, at the best rate they reach."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from awac_msgs.msg import BufferStatus
from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.bench.policy import write_checkpoint
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError
from awac_ros.nodes.description import Start
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.learner_folder import LearnerFolder
from awac_ros.nodes.qos import LATCHED
from awac_ros.nodes.up import Session
from awac_ros.runs.monitor import Monitor, own_namespace
from awac_ros.soak import records
from awac_ros.soak.effort import Effort

_SHARED = ("policy/weights", "learner/status", "buffer/append", "buffer/status")
"""What an actor has in common with the others."""
_UPDATES = 0.1
"""A step: the cores are here for the arms."""
_LEAST = 5.0
"""Environment steps a second of all arms together, below which something hangs."""
_LOOK = 1.0
"""s between two looks at the processes."""
_BEGIN = 120.0
"""s in which all processes start."""


def measure(effort: Effort, seed: int, folder: Path) -> list[Measure]:
    """`effort.arms` of them until each has made `effort.steps_by_arm` steps and the learner has trained on all."""
    write_checkpoint(folder / "begin")
    asked = effort.arms * effort.steps_by_arm
    rate = _run(effort, seed, folder)
    with TransitionStore(folder / "store.sqlite", records.LAYOUT, read_only=True) as store:
        rows, _ = store.since(0, store.total)
    keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
    by_actor = Counter(rows.actor_id.tolist())
    record = LearnerFolder(folder).read_record()
    assert record is not None
    return [
        at_least("arms that stored something", len(by_actor), "arms", effort.arms),
        at_least("transitions stored", len(rows), "transitions", asked),
        at_most("difference between acted and stored", abs(asked - len(rows)), "transitions", 0),
        at_most("actors that stored more or less than they made", _uneven(by_actor, effort), "actors", 0),
        at_most("transitions stored twice", len(rows) - len(keys), "transitions", 0),
        at_most("difference between stored and trained on", abs(record.environment_steps - len(rows)), "steps", 0),
        at_most("transitions that the learner got twice", record.repeated_keys, "transitions", 0),
        plain("rate of all arms together", rate, "transitions/s"),
    ]


def _uneven(by_actor: Counter[str], effort: Effort) -> int:
    return sum(count != effort.steps_by_arm for count in by_actor.values())


def _run(effort: Effort, seed: int, folder: Path) -> float:
    """How many transitions were stored a second; AwacError where a node fails or it takes too long."""
    asked = effort.arms * effort.steps_by_arm
    deadline = time.monotonic() + _BEGIN + asked / _LEAST
    # All plans before the first start: a plan counts what a store holds already.
    begin = folder / "begin"
    plans = {folder: _plan(folder, "", asked, seed, ("buffer", "learner"), begin)}
    for number in range(effort.arms):
        place = folder / f"arm_{number}"
        place.mkdir()
        plans[place] = _plan(place, place.name, effort.steps_by_arm, seed + number, ("arm", "actor"), begin)
    stored: list[tuple[float, int]] = []
    with Monitor(own_namespace()) as monitor, ExitStack() as stack:
        monitor.listen(
            BufferStatus, "buffer/status", LATCHED, lambda message: stored.append((time.monotonic(), message.stored))
        )
        shared, *arms = [stack.enter_context(Session(starts, place, echo=None)) for place, starts in plans.items()]
        while not shared.poll():
            for session in arms:
                session.poll()
            looked = time.monotonic()
            while time.monotonic() < looked + _LOOK:
                monitor.spin(_LOOK)
            if time.monotonic() > deadline:
                raise AwacError(f"soak: {asked} steps of {effort.arms} arms are not made in time; look into {folder}")
    (began, first), (ended, last) = next(seen for seen in stored if seen[1]), stored[-1]
    return (last - first) / (ended - began)


def _plan(out: Path, below: str, steps: int, seed: int, names: tuple[str, ...], begin: Path) -> list[Start]:
    """These nodes of the pushing graph in lockstep, in the namespace `below` that of all."""
    space = own_namespace()
    arguments = {"mode": "train", "lockstep": True, "out": str(out), "checkpoint": str(begin)}
    plan = PUSHING.plan({**arguments, "env_steps": steps, "seed": seed, "namespace": f"{space}/{below}".strip("/")})
    remappings = {name: f"/{space}/{name}" for name in _SHARED}
    extra = {"learner": {"updates_per_step": _UPDATES}}
    return [
        replace(start, parameters={**start.parameters, **extra.get(start.name, {})}, remappings=remappings)
        for start in plan
        if start.name in names
    ]
