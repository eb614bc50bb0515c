"""Pictures that move, in one file: the suffix says as what."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from PIL import Image

from awac_ros.data.atomic import atomic_replacement
from awac_ros.data.formats.format import needing
from awac_ros.errors import AwacError

SUFFIXES = (".mp4", ".webp", ".gif")
Shown = Iterable[tuple[Image.Image, float]]
"""Pictures of one size, each with the s for which it is shown."""
_QUALITY = {"crf": "20", "preset": "medium", "tune": "animation"}
"""Of x264: hardly to be told from the pictures themselves, a seventh of a GIF's size."""


def check(path: Path, *others: str) -> None:
    """AwacError unless `write` can write a file of this name; to be called before the pictures are made.

    `others` are suffixes that the caller writes itself.
    """
    if path.suffix not in (*SUFFIXES, *others):
        raise AwacError(f"{path}: its name must end in one of {', '.join((*SUFFIXES, *others))}")
    if path.suffix == ".mp4":
        with needing("av"):
            import av  # noqa: F401


def write(path: Path, shown: Shown) -> None:
    """Put at least one picture into the file, which it replaces; a .webp and a .gif repeat without end.

    In an MP4 (H.264) every picture lasts a multiple of the first one's time, and sides are cut to even lengths.
    """
    with atomic_replacement(path) as temporary:
        if path.suffix == ".mp4":
            _write_mp4(temporary, shown)
        else:
            _write_repeated(temporary, path.suffix, shown)


def _write_mp4(path: Path, shown: Shown) -> None:
    import av

    stream, period = None, 0.0
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        for picture, seconds in shown:
            if stream is None:
                period = seconds
                stream = container.add_stream("libx264", Fraction(1 / period).limit_denominator(1000), options=_QUALITY)
                stream.width, stream.height = (side - side % 2 for side in picture.size)
                stream.pix_fmt = "yuv420p"
            frame = picture.crop((0, 0, stream.width, stream.height))
            for _ in range(round(seconds / period)):
                container.mux(stream.encode(av.VideoFrame.from_image(frame)))
        container.mux(stream.encode())


def _write_repeated(path: Path, suffix: str, shown: Shown) -> None:
    pictures, seconds = zip(*shown, strict=True)
    if suffix == ".gif":
        pictures = tuple(picture.quantize() for picture in pictures)
    pictures[0].save(
        path,
        suffix.removeprefix("."),
        save_all=True,
        append_images=pictures[1:],
        duration=[round(1000 * each) for each in seconds],
        loop=0,
        quality=80,
        method=4,
    )
