import numpy as np
import pytest
from PIL import Image

from awac_ros.errors import AwacError
from awac_ros.runs import animation

COLOURS = ("red", "lime", "blue", "white")
SHOWN = [(Image.new("RGB", (161, 121), colour), 0.1) for colour in COLOURS[:-1]]
SHOWN.append((Image.new("RGB", (161, 121), COLOURS[-1]), 0.5))


def near(picture, colour):
    return np.abs(np.array(picture)[60, 80].astype(int) - Image.new("RGB", (1, 1), colour).getpixel((0, 0))).max() < 40


@pytest.mark.parametrize("kind", ["webp", "gif"])
def test_pictures_are_shown_as_long_as_asked_again_and_again(tmp_path, kind):
    animation.write(tmp_path / f"a.{kind}", SHOWN)
    with Image.open(tmp_path / f"a.{kind}") as made:
        assert (made.format.lower(), made.n_frames, made.size, made.info["loop"]) == (kind, 4, (161, 121), 0)
        for frame, (colour, seconds) in enumerate(zip(COLOURS, (0.1, 0.1, 0.1, 0.5), strict=True)):
            made.seek(frame)
            made.load()
            assert made.info["duration"] == 1000 * seconds and near(made.convert("RGB"), colour)


def test_an_mp4_plays_anywhere_in_the_same_time(tmp_path):
    av = pytest.importorskip("av", reason="av is not installed")
    animation.write(tmp_path / "a.mp4", SHOWN)
    with av.open(str(tmp_path / "a.mp4")) as made:
        (stream,) = made.streams
        assert (stream.codec.name, stream.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 10)
        pictures = [frame.to_image() for frame in made.decode(stream)]
    assert {picture.size for picture in pictures} == {(160, 120)}
    for picture, colour in zip(pictures, (*COLOURS, *COLOURS[-1:] * 4), strict=True):
        assert near(picture, colour)


def test_a_file_that_can_not_be_written_is_refused_before_pictures_are_made(tmp_path):
    with pytest.raises(AwacError, match=r"a\.avi: its name must end in one of \.mp4, \.webp, \.gif"):
        animation.check(tmp_path / "a.avi")


def test_a_film_that_can_not_be_finished_leaves_the_old_one(tmp_path):
    animation.write(tmp_path / "a.mp4", SHOWN)
    before = (tmp_path / "a.mp4").read_bytes()

    def cut():
        yield SHOWN[0]
        raise AwacError("the simulator is gone")

    with pytest.raises(AwacError, match="the simulator is gone"):
        animation.write(tmp_path / "a.mp4", cut())
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"] and (tmp_path / "a.mp4").read_bytes() == before
