"""Transitions as packed rows, the form in which the SQLite files keep them."""

from __future__ import annotations

import numpy as np

from awac_ros.data.layout import Layout
from awac_ros.data.transitions import COLUMN_TYPES, Transitions, row_shapes

_PLAIN = COLUMN_TYPES.keys() - {"actor_id"}


def row_type(layout: Layout) -> np.dtype:
    """One packed transition: the columns of Transitions, little-endian, with a number for the actor's id."""
    shapes = row_shapes(layout)
    kinds = COLUMN_TYPES | {"actor_id": np.int64}
    return np.dtype(
        [
            ("actor" if name == "actor_id" else name, np.dtype(kind).newbyteorder("<"), shapes[name])
            for name, kind in kinds.items()
        ]
    )


def pack(transitions: Transitions, kind: np.dtype) -> np.ndarray:
    """(N,) of `kind`, which is the layout's row_type; every actor is 0."""
    rows = np.zeros(len(transitions), kind)
    for name in _PLAIN:
        rows[name] = getattr(transitions, name)
    return rows


def unpack(rows: np.ndarray, actor_ids: np.ndarray) -> Transitions:
    """The transitions of packed rows (N,), whose i-th actor is actor_ids[i]."""
    return Transitions(actor_id=actor_ids[rows["actor"]], **{name: rows[name].copy() for name in _PLAIN})
