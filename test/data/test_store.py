import dataclasses
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import awac_ros
from awac_ros.data import Transitions
from awac_ros.data.store import TransitionStore
from awac_ros.errors import AwacError

EVERYTHING = 1_000_000

APPEND_FOR_EVER = """
import itertools, sys
import numpy as np
from awac_ros.data import EpisodeBuilder, Layout
from awac_ros.data.store import TransitionStore

path, layout, actor = sys.argv[1], Layout.from_json(sys.argv[2]), sys.argv[3]
store = TransitionStore(path, layout)
for number in itertools.count():
    builder = EpisodeBuilder(actor, number)
    for step in range(1 + number % 7):
        values = np.full(layout.observation_size, step)
        builder.add(values, np.zeros(layout.action_size), number, values + 1, step_time=0.1 * step)
    store.append(builder.transitions())
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "store.sqlite"


@pytest.fixture
def store(path, layout):
    with TransitionStore(path, layout) as opened:
        yield opened


def test_what_was_stored_comes_back_bit_for_bit_in_order(store, make_episode, assert_same):
    parts = [
        make_episode(number, steps, actor_id=uuid.uuid4().hex).transitions for number, steps in enumerate((5, 1, 9))
    ]
    assert [store.append(part) for part in parts] == [5, 1, 9]
    rows, cursor = store.since(0, EVERYTHING)
    assert_same(rows, Transitions.concatenate(parts))
    assert cursor == store.total == 15


def test_stored_transitions_are_there_when_the_store_is_opened_again(path, layout, make_episode, assert_same):
    rows = make_episode().transitions
    with TransitionStore(path, layout) as store:
        store.append(rows)
    with TransitionStore(path, layout) as store:
        assert_same(store.since(0, EVERYTHING)[0], rows)
        assert (store.append(rows), store.total) == (0, len(rows))


def test_a_key_is_stored_once_and_the_first_content_stays(store, make_episode, assert_same):
    rows = make_episode(steps=6).transitions
    assert store.append(rows[:4]) == 4
    assert store.append(dataclasses.replace(rows, reward=rows.reward + 1)[2:]) == 2
    assert store.append(rows[[5, 5, 5]]) == 0
    assert (store.total, store.duplicates) == (6, 5)
    kept, _ = store.since(0, EVERYTHING)
    assert_same(kept[:4], rows[:4])


def test_the_same_episode_and_step_of_another_actor_is_another_transition(store, make_episode):
    assert store.append(make_episode(actor_id="a").transitions) == 5
    assert store.append(make_episode(actor_id="b").transitions) == 5
    assert set(store.since(0, EVERYTHING)[0].actor_id.tolist()) == {"a", "b"}


def test_nothing_appended_is_nothing_stored(store, layout):
    assert store.append(Transitions.empty(layout)) == 0
    rows, cursor = store.since(0, 10)
    assert (len(rows), cursor, store.total) == (0, 0, 0)
    rows.check(layout, "test")


def test_rows_that_are_served_can_be_written_to(store, make_episode):
    store.append(make_episode(steps=1).transitions)
    rows, _ = store.since(0, 1)
    assert all(column.flags.writeable and column.flags.aligned for column in vars(rows).values())


batches = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches, st.integers(1, 7))
def test_whatever_is_sent_the_first_of_each_key_is_served_once_in_order(
    tmp_path, layout, make_episode, assert_same, batches, limit
):
    first_of_key, dropped = {}, 0
    with TransitionStore(tmp_path / f"{uuid.uuid4().hex}.sqlite", layout) as store:
        for value, (actor, episode, start, length) in enumerate(batches):
            rows = make_episode(episode, start + length, actor_id=actor).transitions[start:]
            rows = dataclasses.replace(rows, reward=np.full(length, value))
            fresh = 0
            for row in range(length):
                key = (actor, episode, start + row)
                fresh += key not in first_of_key
                first_of_key.setdefault(key, rows[[row]])
            dropped += length - fresh
            assert store.append(rows) == fresh
        served, cursor = [], 0
        while cursor < store.total:
            page, after = store.since(cursor, limit)
            assert len(page) == after - cursor <= limit
            served.append(page)
            cursor = after
        assert store.duplicates == dropped
    assert_same(Transitions.concatenate(served), Transitions.concatenate(first_of_key.values()))


def test_pages_of_a_large_append_join_without_a_seam(store, make_episode, assert_same):
    rows = make_episode(steps=2500).transitions
    store.append(rows)
    pages, cursor = [], 0
    while cursor < store.total:
        page, cursor = store.since(cursor, 700)
        pages.append(page)
    assert_same(Transitions.concatenate(pages), rows)


def test_a_cursor_of_another_store_is_refused(store, make_episode):
    store.append(make_episode(steps=3).transitions)
    assert store.since(3, 10)[1] == 3
    with pytest.raises(AwacError, match="cursor 4 lies beyond the 3 transitions"):
        store.since(4, 10)


def test_nothing_of_an_invalid_append_is_stored(store, make_episode):
    rows = make_episode(steps=3).transitions
    rows.observation[2, 0] = np.nan
    with pytest.raises(AwacError, match="observation is not finite at row 2"):
        store.append(rows)
    assert store.total == 0
    assert store.append(make_episode(steps=3).transitions) == 3


def test_a_store_of_another_task_is_refused_and_left_alone(path, layout, other_layout, make_episode):
    with TransitionStore(path, layout) as store:
        store.append(make_episode().transitions)
    before = path.read_bytes()
    with pytest.raises(AwacError, match=r"store\.sqlite holds data of task sliding .* task lifting"):
        TransitionStore(path, other_layout)
    assert path.read_bytes() == before


def test_a_reader_sees_what_a_writer_has_acknowledged(store, path, layout, make_episode):
    with TransitionStore(path, layout, read_only=True) as reader:
        assert reader.total == 0
        store.append(make_episode(steps=4).transitions)
        assert (reader.total, len(reader.since(0, EVERYTHING)[0])) == (4, 4)
        with pytest.raises(AwacError, match="readonly"):
            reader.append(make_episode(1).transitions)


def test_a_reader_of_a_closed_store_changes_nothing(path, layout, make_episode):
    with TransitionStore(path, layout) as store:
        store.append(make_episode(steps=4).transitions)
    before = path.read_bytes()
    with TransitionStore(path, layout, read_only=True) as reader:
        assert reader.total == 4
    assert path.read_bytes() == before


def test_reading_where_there_is_no_store_makes_none(path, layout):
    with pytest.raises(AwacError, match="there is no transition store"):
        TransitionStore(path, layout, read_only=True)
    assert not path.exists()


def test_files_that_are_no_store_are_refused_and_left_alone(tmp_path, layout):
    notes, database = tmp_path / "notes.txt", tmp_path / "other.sqlite"
    notes.write_text("not a database at all\n" * 100)
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    connection.close()
    crumb = tmp_path / "crumb.sqlite"
    crumb.write_bytes(b"S")
    for path in (notes, database, crumb):
        before = path.read_bytes()
        with pytest.raises(AwacError, match=f"{path.name}.* no transition store"):
            TransitionStore(path, layout)
        assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path, layout):
    (tmp_path / "file").touch()
    with pytest.raises(AwacError, match="file/store.sqlite: the transition store can't be read or written"):
        TransitionStore(tmp_path / "file" / "store.sqlite", layout)


@pytest.fixture(scope="module")
def written(make_episode):
    return make_episode(steps=200).transitions


@pytest.fixture(scope="module")
def content_of_a_store(tmp_path_factory, layout, written):
    path = tmp_path_factory.mktemp("whole") / "store.sqlite"
    with TransitionStore(path, layout) as store:
        for start in range(0, len(written), 20):
            store.append(written[start : start + 20])
    return path.read_bytes()


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 255), st.sampled_from(["cut", "overwrite"]))
def test_a_damaged_store_is_refused_or_serves_what_was_written(
    tmp_path, layout, written, content_of_a_store, assert_same, where, value, damage
):
    path = tmp_path / f"{uuid.uuid4().hex}.sqlite"
    content = bytearray(content_of_a_store)
    at = 1 + int(where * (len(content) - 1))
    if damage == "cut":
        del content[at:]
    else:
        content[at : at + 64] = bytes([value]) * min(64, len(content) - at)
    path.write_bytes(content)
    try:
        with TransitionStore(path, layout, read_only=True) as store:
            served, _ = store.since(0, EVERYTHING)
    except AwacError as error:
        assert path.name in str(error)
    else:
        assert_same(served, written)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM chunks WHERE first = 21",
        "DELETE FROM chunks WHERE first < 100",
        "DELETE FROM actors",
        "DELETE FROM layout",
        "UPDATE layout SET json = x'00'",
        "UPDATE chunks SET size = 'many'",
        "UPDATE chunks SET content = 'text'",
        "UPDATE chunks SET size = 3 * size",
    ],
)
def test_a_store_that_was_tampered_with_is_refused_in_one_sentence(tmp_path, layout, content_of_a_store, change):
    path = tmp_path / "store.sqlite"
    path.write_bytes(content_of_a_store)
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(AwacError, match="store.sqlite"), TransitionStore(path, layout) as store:
        store.since(0, store.total)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1))
def test_a_power_cut_in_the_middle_of_a_commit_costs_only_that_commit(
    tmp_path, layout, make_episode, assert_same, where
):
    path, copy = tmp_path / f"{uuid.uuid4().hex}.sqlite", tmp_path / f"{uuid.uuid4().hex}.sqlite"
    written = [make_episode(number, 20).transitions for number in range(4)]
    with TransitionStore(path, layout) as store:
        log = Path(f"{path}-wal")
        acknowledged = []
        for part in written:
            store.append(part)
            acknowledged.append(log.stat().st_size)
        shutil.copy(path, copy)
        kept = log.read_bytes()[: int(where * acknowledged[-1])]
    Path(f"{copy}-wal").write_bytes(kept)
    complete = sum(size <= len(kept) for size in acknowledged)
    with TransitionStore(copy, layout) as store:
        assert store.total == 20 * complete
        if complete:
            assert_same(store.since(0, EVERYTHING)[0], Transitions.concatenate(written[:complete]))


def test_a_killed_writer_loses_nothing_that_it_acknowledged(path, layout):
    environment = os.environ | {"PYTHONPATH": str(Path(awac_ros.__file__).parents[1])}
    acknowledged = {}
    for actor, answers in (("a", 1), ("b", 100)):
        writer = subprocess.Popen(
            [sys.executable, "-c", APPEND_FOR_EVER, path, layout.to_json(), actor],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in itertools.islice(writer.stdout, answers):
            pass
        writer.kill()
        rest = writer.stdout.read().split()
        writer.wait()
        acknowledged[actor] = answers + len(rest)
    with TransitionStore(path, layout) as store:
        rows, _ = store.since(0, EVERYTHING)
    keys = set(zip(rows.actor_id.tolist(), rows.episode.tolist(), rows.step.tolist(), strict=True))
    assert len(keys) == len(rows)
    for actor, episodes in acknowledged.items():
        assert keys >= {(actor, number, step) for number in range(episodes) for step in range(1 + number % 7)}
        per_episode = np.bincount(rows.episode[rows.actor_id == actor])
        assert per_episode.tolist() == [1 + number % 7 for number in range(len(per_episode))]
    np.testing.assert_array_equal(rows.observation[:, 0], rows.step)
    np.testing.assert_array_equal(rows.reward, rows.episode)
