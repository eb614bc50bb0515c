"""Transitions as the flat arrays of awac_msgs/Transitions, without ROS."""

from __future__ import annotations

from typing import Any

import numpy as np

from awac_ros.data.layout import Layout
from awac_ros.data.transitions import ACTOR_ID_LENGTH, Transitions
from awac_ros.errors import AwacError

TYPECODES = {
    "observation": "f",
    "action": "f",
    "reward": "f",
    "next_observation": "f",
    "terminated": "B",
    "truncated": "B",
    "intervened": "B",
    "policy_version": "q",
    "step_time": "d",
    "actor": "I",
    "episode": "q",
    "step": "q",
}
"""Of every array; `actor` is an index into actor_ids."""


def flat_columns(transitions: Transitions) -> tuple[list[str], dict[str, np.ndarray]]:
    """The distinct actors, and every array of the message, row-major."""
    actors, indices = _numbered(transitions.actor_id)
    given = {name: indices if name == "actor" else getattr(transitions, name) for name in TYPECODES}
    return actors.tolist(), _flat(given)


def flat_rows(rows: np.ndarray, actor_ids: np.ndarray) -> tuple[list[str], dict[str, np.ndarray]]:
    """As `flat_columns`, of packed rows (N,) whose i-th actor is actor_ids[i]."""
    actors, indices = _numbered(rows["actor"])
    given = {name: indices if name == "actor" else rows[name] for name in TYPECODES}
    return actor_ids[actors].tolist(), _flat(given)


def _flat(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: columns[name].astype(code).ravel() for name, code in TYPECODES.items()}


def _numbered(actor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct actors, and for each row the index of its own; actors come in long runs, and comparing is dear."""
    begins = np.flatnonzero(np.append(True, actor[1:] != actor[:-1])[: len(actor)])
    actors, indices = np.unique(actor[begins], return_inverse=True)
    return actors, np.repeat(indices, np.diff(np.append(begins, len(actor))))


def from_flat_columns(message: Any, layout: Layout) -> Transitions:
    """The rows of anything with the fields of the message; AwacError unless they are whole, finite and fit the layout.

    The columns may be views of the message's arrays: don't change the message afterwards.
    """
    widths = {"observation": layout.observation_size, "next_observation": layout.observation_size}
    widths["action"] = layout.action_size
    columns: dict[str, Any] = {}
    for name, typecode in TYPECODES.items():
        column = np.frombuffer(getattr(message, name), typecode)
        width = widths.get(name, 1)
        if len(column) != message.count * width:
            raise AwacError(
                f"transitions: {name} has {len(column)} values where {message.count} rows of {width} need "
                f"{message.count * width}; the sender must fill every column"
            )
        columns[name] = column.reshape(-1, width) if name in widths else column
    actor = columns.pop("actor")
    if message.count and int(actor.max()) >= len(message.actor_ids):
        raise AwacError(
            f"transitions: actor index {int(actor.max())} has no entry in actor_ids ({len(message.actor_ids)} ids); "
            "the sender must name every actor"
        )
    if max(map(len, message.actor_ids), default=0) > ACTOR_ID_LENGTH:
        raise AwacError(f"transitions: an actor id is longer than {ACTOR_ID_LENGTH} characters; use uuid4().hex")
    transitions = Transitions(actor_id=np.array(message.actor_ids, str)[actor], **columns)
    transitions.check(layout, "transitions")
    return transitions
