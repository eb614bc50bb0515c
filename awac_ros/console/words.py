"""What a page can say to the console: one JSON object a word."""

from __future__ import annotations

import enum
import json
import math
from dataclasses import dataclass

from awac_ros.errors import AwacError


class Kind(enum.Enum):
    """Of a word."""

    DRIVE = "drive"
    """The stick is held: `direction` says where to."""
    DRAG = "drag"
    """A finger or button is down on the 3-D view."""
    RELEASE = "release"
    """Nothing is held any more."""
    ALLOW = "allow"
    """The arm may move by itself, while `on`, where it asks for a person's hold."""
    MARK = "mark"
    """Of the episode: `text` is start, success, failure or discard."""
    CORRECT = "correct"
    """The demonstration recorded last: `text` is undo, success or failure."""
    STOP = "stop"
    RESUME = "resume"
    RESET = "reset"
    """Put arm and puck where an episode may start."""
    PAUSE = "pause"
    """Of the learner, while `on`."""
    CONTROL = "control"
    """Taken, or given back, by `on`."""
    CAMERA = "camera"
    """Show the image topic `text`; none where it is empty."""
    END = "end"
    """End the whole graph in order."""
    CHOOSE = "choose"
    """Start a graph in the mode `text`."""


@dataclass(frozen=True)
class Word:
    """One word of a page."""

    kind: Kind
    direction: tuple[float, float] = (0.0, 0.0)
    """x and y in the base frame, as a part of the full speed, each in [-1, 1]."""
    text: str = ""
    on: bool = False


def read_word(text: str | bytes) -> Word:
    """The word; AwacError if it isn't one."""
    try:
        said = json.loads(text)
        x, y = (float(part) for part in said.get("direction", (0.0, 0.0)))
        word = Word(Kind(said["kind"]), (x, y), str(said.get("text", "")), bool(said.get("on", False)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AwacError("the page said what the console does not understand; load the page again") from error
    if not all(math.isfinite(part) and abs(part) <= 1.0 for part in word.direction):
        raise AwacError(f"the page asked for direction {word.direction}, but each part must lie in [-1, 1]")
    return word
