import shutil

import pytest

from awac_ros.errors import AwacError
from awac_ros.learning import checkpoint


def test_the_newest_is_read_and_the_one_before_is_kept(tmp_path):
    for number in range(4):
        checkpoint.write(tmp_path / "run", {"a.bin": bytes([number])}, {"number": number})
    newest = checkpoint.newest(tmp_path / "run")
    assert checkpoint.read(newest, "a.bin") == b"\x03"
    assert checkpoint.read_about(newest)["number"] == 3
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["000003", "000004"]


def test_as_many_of_the_newest_are_kept_as_were_asked_for(tmp_path):
    for number in range(6):
        checkpoint.write(tmp_path, {"a.bin": bytes([number])}, {}, kept=4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000003", "000004", "000005", "000006"]
    checkpoint.write(tmp_path, {}, {}, kept=1)
    assert [path.name for path in tmp_path.iterdir()] == ["000007"]


def test_the_one_before_a_damaged_one_is_used_only_once_the_damaged_one_is_deleted(tmp_path):
    for content in (b"old", b"new"):
        checkpoint.write(tmp_path, {"a.bin": content}, {})
    (tmp_path / "000002" / "a.bin").unlink()
    with pytest.raises(AwacError, match=r"000002/a\.bin: can't be read .*delete .*000002 to go back"):
        checkpoint.read(checkpoint.newest(tmp_path), "a.bin")
    shutil.rmtree(tmp_path / "000002")
    assert checkpoint.read(checkpoint.newest(tmp_path), "a.bin") == b"old"


def test_a_place_that_can_not_be_written_is_named_and_what_was_there_stays(tmp_path):
    checkpoint.write(tmp_path, {"a.bin": b"old"}, {})
    with pytest.raises(AwacError, match=f"{tmp_path}: it can't be written"):
        checkpoint.write(tmp_path, {"a.bin": b"new", "no/such/folder": b""}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["000001"]
    assert checkpoint.read(checkpoint.newest(tmp_path), "a.bin") == b"old"


def test_a_half_written_one_is_passed_over_and_swept_away(tmp_path):
    (tmp_path / "000001.partial").mkdir()
    (tmp_path / "000001.partial" / "checkpoint.json").write_text("{}")
    assert not checkpoint.exists(tmp_path)
    checkpoint.write(tmp_path, {"a.bin": b"good"}, {})
    assert checkpoint.exists(tmp_path)
    (tmp_path / "000002.partial").mkdir()
    (tmp_path / "000002.partial" / "a.bin").write_bytes(b"ha")
    assert checkpoint.read(checkpoint.newest(tmp_path), "a.bin") == b"good"
    checkpoint.write(tmp_path, {"a.bin": b"better"}, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001", "000002"]


def test_a_damaged_file_is_named_with_the_way_back(tmp_path):
    for content in (b"old", b"new"):
        checkpoint.write(tmp_path, {"a.bin": content}, {})
    newest = checkpoint.newest(tmp_path)
    (newest / "a.bin").write_bytes(b"neW")
    with pytest.raises(AwacError, match=r"000002/a\.bin: can't be read .*SHA-256.*delete .*000002 to go back"):
        checkpoint.read(newest, "a.bin")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"sha256": 3}'])
def test_a_damaged_manifest_is_named(tmp_path, content):
    newest = checkpoint.write(tmp_path, {}, {})
    (newest / "checkpoint.json").write_bytes(content)
    with pytest.raises(AwacError, match=r"checkpoint\.json: can't be read"):
        checkpoint.read_about(newest)


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_checkpoints_says_so(tmp_path, folder):
    assert not checkpoint.exists(tmp_path / folder)
    with pytest.raises(AwacError, match="no checkpoint here"):
        checkpoint.newest(tmp_path / folder)
