"""What a file that was made to mislead can't do: name other files, or claim more than it holds."""

import h5py
import numpy as np
import pytest

from awac_ros.data import d4rl, demos, robomimic
from awac_ros.errors import AwacError

SECRET = np.arange(8, dtype=np.float32).reshape(4, 2)


@pytest.fixture
def secret(tmp_path):
    """Another file of this machine, of the very shape that is asked for."""
    path = tmp_path / "secret.hdf5"
    with h5py.File(path, "w") as file:
        file["actions"] = SECRET
    SECRET.tofile(tmp_path / "secret.bin")
    return path


def flat(path):
    """A good file of D4RL's layout but for its actions."""
    with h5py.File(path, "w") as file:
        file["observations"] = np.zeros((4, 3), np.float32)
        file["rewards"] = np.zeros(4, np.float32)
        file["terminals"] = file["timeouts"] = np.arange(4) == 3
    return h5py.File(path, "r+")


def linked(file, secret):
    file["actions"] = h5py.ExternalLink(str(secret), "/actions")


def virtual(file, secret):
    layout = h5py.VirtualLayout((4, 2), np.float32)
    layout[...] = h5py.VirtualSource(str(secret), "actions", shape=(4, 2))
    file.create_virtual_dataset("actions", layout)


def stored_outside(file, secret):
    content = str(secret.with_suffix(".bin"))
    file.create_dataset("actions", (4, 2), np.float32, external=[(content, 0, h5py.h5f.UNLIMITED)])


def referring(file, secret):
    file.create_dataset("actions", (4, 2), h5py.ref_dtype)
    file["actions"][...] = file["observations"].ref


def boasting(file, secret):
    file.create_dataset("actions", (4, 2**40), np.float32, chunks=(4, 2**20))


@pytest.mark.parametrize(
    ("trick", "sentence"),
    [
        (linked, "actions is a link to another file"),
        (virtual, "/actions lies in another file"),
        (stored_outside, "/actions lies in another file"),
        (referring, "no dataset actions of numbers"),
        (boasting, "/actions claims .* more than the file could hold"),
    ],
)
def test_what_lies_elsewhere_or_can_not_be_is_refused_by_name(tmp_path, secret, trick, sentence):
    path = tmp_path / "flat.hdf5"
    with flat(path) as file:
        trick(file, secret)
    with pytest.raises(AwacError, match=rf"flat\.hdf5.*{sentence}"):
        d4rl.read(path)


@pytest.mark.parametrize("read", [demos.read, robomimic.read])
def test_a_link_to_another_file_is_refused_wherever_it_hangs(tmp_path, secret, read):
    path = tmp_path / "linked.hdf5"
    with h5py.File(path, "w") as file:
        file.create_group("data/demo_0/obs")["tip"] = h5py.ExternalLink(str(secret), "/actions")
    with pytest.raises(AwacError, match="data/demo_0/obs/tip is a link to another file"):
        read(path)


def test_an_attribute_that_is_a_reference_is_refused(tmp_path):
    path = tmp_path / "demos.hdf5"
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["layout"] = data.ref
    with pytest.raises(AwacError, match="attribute layout is no text of fixed length"):
        demos.read(path)
