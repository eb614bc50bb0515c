import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import awac_ros
from awac_ros.data import Transitions
from awac_ros.data.journal import Journal, JournalInUse
from awac_ros.errors import AwacError

ACTOR = "0123456789abcdef0123456789abcdef"
EVERYTHING = 1_000_000

WRITE_FOR_EVER = """
import itertools, sys
import numpy as np
from awac_ros.data import EpisodeBuilder, Layout
from awac_ros.data.journal import Journal

path, layout, actor = sys.argv[1], Layout.from_json(sys.argv[2]), sys.argv[3]
journal = Journal.create(path, layout, actor)
builder = EpisodeBuilder(actor, 0)
print("ready", flush=True)
for step in itertools.count():
    builder.add(np.zeros(layout.observation_size), np.zeros(layout.action_size), 0.0,
                np.zeros(layout.observation_size), step_time=0.1 * step)
    journal.append(builder.transitions(step))
    print(step, flush=True)
    if step % 50 == 49:
        journal.forget(30)
    if step % 70 == 69:
        journal.flush()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"{ACTOR}.sqlite"


@pytest.fixture
def journal(path, layout):
    with Journal.create(path, layout, ACTOR) as opened:
        yield opened


def process(path: Path, layout) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(Path(awac_ros.__file__).parents[1])}
    command = [sys.executable, "-c", WRITE_FOR_EVER, str(path), layout.to_json(), ACTOR]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_transitions_come_back_bit_for_bit_in_order_until_they_are_forgotten(journal, make_episode, assert_same):
    first, second = make_episode(0, 5).transitions, make_episode(1, 4).transitions
    journal.append(first)
    journal.append(second)
    assert_same(journal.oldest(7), Transitions.concatenate((first, second[:2])))
    journal.forget(7)
    assert_same(journal.oldest(EVERYTHING), second[2:])
    journal.forget(2)
    assert len(journal.oldest(EVERYTHING)) == 0
    assert (journal.made, journal.acknowledged, journal.waiting) == (9, 9, 0)


def test_a_journal_opened_again_goes_on_where_it_stood(path, layout, make_episode, assert_same):
    rows = make_episode(0, 6).transitions
    with Journal.create(path, layout, ACTOR) as journal:
        journal.append(rows)
        journal.forget(2)
    with Journal(path, layout) as journal:
        assert (journal.actor_id, journal.made, journal.waiting) == (ACTOR, 6, 4)
        assert_same(journal.oldest(EVERYTHING), rows[2:])
        journal.forget(4)
    with Journal(path, layout) as journal:
        assert (journal.made, journal.waiting) == (6, 0)


@pytest.mark.parametrize("number", range(4))
def test_a_killed_actor_loses_nothing_that_was_appended(tmp_path, layout, number):
    path = tmp_path / f"{number}.sqlite"
    writer = process(path, layout)
    assert writer.stdout is not None
    for line in writer.stdout:
        if line.strip() == str(10 + 37 * number):
            break
    writer.send_signal(signal.SIGKILL)
    appended = max(map(int, (line for line in writer.stdout)), default=10 + 37 * number) + 1
    writer.wait()
    with Journal(path, layout) as journal:
        assert appended <= journal.made <= appended + 1
        expected = np.arange(journal.acknowledged, journal.made)
        np.testing.assert_array_equal(journal.oldest(EVERYTHING).step, expected)


def test_a_living_actors_journal_is_left_to_it(path, layout):
    writer = process(path, layout)
    try:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
        with pytest.raises(JournalInUse, match="in use by another process"):
            Journal(path, layout)
    finally:
        writer.kill()
        writer.communicate()
    Journal(path, layout).close()


def test_a_journal_of_which_nothing_was_asked_can_be_flushed(path, layout, make_episode):
    with Journal.create(path, layout, ACTOR) as journal:
        journal.flush()
        assert not Path(f"{path}-wal").exists() or not Path(f"{path}-wal").stat().st_size
    with Journal(path, layout) as journal:
        journal.flush()
        journal.append(make_episode().transitions)
        journal.flush()


def test_a_flush_takes_everything_out_of_the_log_of_the_database(journal, path, make_episode):
    journal.append(make_episode().transitions)
    log = Path(f"{path}-wal")
    assert log.stat().st_size > 0
    journal.flush()
    assert log.stat().st_size == 0


def test_invalid_transitions_are_refused_before_they_could_block_those_behind_them(journal, make_episode):
    rows = make_episode(steps=3).transitions
    rows.observation[1, 0] = np.nan
    with pytest.raises(AwacError, match="observation is not finite at row 1"):
        journal.append(rows)
    assert (journal.made, journal.waiting) == (0, 0)


def test_a_journal_of_another_task_is_refused(path, layout, other_layout):
    Journal.create(path, layout, ACTOR).close()
    with pytest.raises(AwacError, match="holds data of task sliding .* task lifting"):
        Journal(path, other_layout)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM waiting WHERE number = 3",
        "DELETE FROM waiting WHERE number = 1",
        "DELETE FROM about",
        "DROP TABLE waiting",
        "UPDATE about SET acknowledged = 'many'",
        "UPDATE about SET actor_id = x'00'",
        "UPDATE about SET actor_id = 'another'",
        "UPDATE about SET layout = x'00'",
        "UPDATE waiting SET content = 'text'",
        "UPDATE waiting SET content = x'00' WHERE number = 2",
    ],
)
def test_a_journal_that_was_tampered_with_is_refused_in_one_sentence(path, layout, make_episode, change):
    with Journal.create(path, layout, ACTOR) as journal:
        journal.append(make_episode(steps=5).transitions)
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(AwacError, match=f"{ACTOR}.sqlite"), Journal(path, layout) as journal:
        journal.oldest(EVERYTHING)


def test_files_that_are_no_journal_are_refused_and_left_alone(tmp_path, layout):
    notes, missing = tmp_path / "notes.sqlite", tmp_path / "missing.sqlite"
    notes.write_text("not a database at all\n" * 100)
    before = notes.read_bytes()
    with pytest.raises(AwacError, match="notes.sqlite is damaged or no journal of an actor"):
        Journal(notes, layout)
    with pytest.raises(AwacError, match="missing.sqlite"):
        Journal(missing, layout)
    assert notes.read_bytes() == before and not missing.exists()
