"""The buffer's store: every transition that was acknowledged, in SQLite. It is read; only the buffer writes it."""

from __future__ import annotations

from pathlib import Path

from awac_ros.data.data_set import DataSet, Track, assemble, untracked
from awac_ros.data.formats.format import Format, ReadOptions
from awac_ros.data.store import TransitionStore, is_store, stored_layout
from awac_ros.data.transitions import Transitions

_AT_ONCE = 10_000


class Store(Format):
    """Its episodes are whole or named as broken; it knows no outcomes."""

    name = "store"
    can_write = False

    def recognises(self, path: Path) -> bool:
        return is_store(path)

    def read(self, path: Path, options: ReadOptions, track: Track = untracked) -> DataSet:
        self.refuse_mask(path, options)
        self.refuse_success_reward(path, options)
        layout = options.fit(stored_layout(path), str(path))
        with TransitionStore(path, layout, read_only=True) as store:
            starts = track(range(0, store.total, _AT_ONCE), f"reading {path}")
            parts = [store.since(start, _AT_ONCE)[0] for start in starts]
        rows = Transitions.concatenate([Transitions.empty(layout), *parts])
        episodes, broken = assemble(rows, {}, str(path))
        remarks = (f"{path} does not say which episodes were a success",) if episodes else ()
        return DataSet(str(path), layout, episodes, broken, remarks=remarks)
