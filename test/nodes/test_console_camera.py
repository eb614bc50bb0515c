import io

import numpy as np
import pytest
from PIL import Image as Picture
from sensor_msgs.msg import CompressedImage, Image

from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.camera import TOPIC
from awac_ros.nodes.console_camera import jpeg


@pytest.mark.parametrize(
    ("encoding", "pixel", "shown"),
    [
        ("rgb8", (200, 20, 20), (200, 20, 20)),
        ("bgra8", (20, 20, 200, 9), (200, 20, 20)),
        ("mono8", (90,), (90, 90, 90)),
    ],
)
def test_an_image_is_shown_in_its_colours_whatever_its_padding(encoding: str, pixel: tuple, shown: tuple) -> None:
    width, height, padding = 32, 16, 5
    row = bytes(pixel) * width + bytes(padding)
    message = Image(width=width, height=height, encoding=encoding, step=len(row), data=row * height)
    picture = Picture.open(io.BytesIO(jpeg(message))).convert("RGB")
    assert picture.size == (width, height)
    np.testing.assert_allclose(picture.getpixel((20, 8)), shown, atol=6)


def test_an_image_that_can_not_be_shown_is_refused_in_words() -> None:
    with pytest.raises(AwacError, match="'32FC1'; publish it as one of"):
        jpeg(Image(width=1, height=1, encoding="32FC1", step=4, data=bytes(4)))
    with pytest.raises(AwacError, match="mend its step"):
        jpeg(Image(width=8, height=8, encoding="rgb8", step=24, data=bytes(24)))


def test_the_simulators_camera_pictures_the_world_that_the_topics_tell_of(world) -> None:
    for name in ("arm", "camera"):
        world.start(name)
    pictures = world.hear(CompressedImage, TOPIC, qos.STATE)
    world.until(lambda: pictures)
    pixels = np.asarray(Picture.open(io.BytesIO(bytes(pictures[-1].data))).convert("RGB"), int)
    red, green, blue = pixels.reshape(-1, 3).T
    assert pixels.shape == (360, 480, 3)
    assert (red > green + 60).sum() > 2000, "the arm"
    assert (blue > red + 60).sum() > 50, "the puck"
