import pytest

from awac_ros.data.atomic import atomic_replacement, atomic_write


def test_write_replaces_the_content_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "runs" / "weights.bin"
    atomic_write(path, b"old")
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_failure_while_writing_leaves_the_old_content(tmp_path):
    path = tmp_path / "weights.bin"
    atomic_write(path, b"old")
    with pytest.raises(RuntimeError), atomic_replacement(path) as temporary:
        temporary.write_bytes(b"half of the n")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_content_stays_in_place_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "weights.bin"
    atomic_write(path, b"old")
    with atomic_replacement(path) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
