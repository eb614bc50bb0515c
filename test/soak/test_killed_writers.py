import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from awac_ros.soak import killed_writers
from awac_ros.soak.effort import SHORT
from awac_ros.soak.writers import WRITERS, CheckpointWriter, DemoFileWriter, JournalWriter, StoreWriter


def test_killed_writers_lose_nothing_that_they_promised(tmp_path):
    found = {measure.name: measure for measure in killed_writers.measure(replace(SHORT, writers_killed=3), 0, tmp_path)}
    for kind in WRITERS:
        assert found[f"{kind.name}: records promised"].value >= 3
        assert found[f"{kind.name}: promised records lost, doubled or damaged"].holds


@pytest.mark.parametrize("kind", WRITERS, ids=lambda kind: kind.name)
def test_a_writer_that_forgets_is_caught(tmp_path, kind):
    writer = kind(tmp_path)
    for number in range(4):
        writer.write(number)
    writer.close()
    assert kind(tmp_path).whole(4) == 4
    if kind is StoreWriter:
        with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection, connection:
            connection.execute("DELETE FROM chunks WHERE first > 3")
    elif kind is JournalWriter:
        with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as connection, connection:
            connection.execute("DELETE FROM waiting WHERE number > 3")
    elif kind is DemoFileWriter:
        (tmp_path / "demos.hdf5").unlink()
        for number in range(2):
            kind(tmp_path).write(number)
    else:
        assert kind is CheckpointWriter
        (tmp_path / "000004" / "checkpoint.json").unlink()
        (tmp_path / "000004" / "method.safetensors").unlink()
        (tmp_path / "000004" / "replay.safetensors").unlink()
        (tmp_path / "000004").rmdir()
    assert kind(tmp_path).whole(4) < 4
