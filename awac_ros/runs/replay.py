"""A recorded episode done again in the simulator, in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from awac_ros.arms import SimulatedArm
from awac_ros.data import Episode
from awac_ros.data.atomic import atomic_replacement
from awac_ros.data.data_set import Track, untracked
from awac_ros.envs.simulated import simulate, world_state
from awac_ros.errors import AwacError
from awac_ros.tasks import ArmTask
from awac_ros.tasks.pushing import PUCK_RADIUS, TABLE_HEIGHT

_STRIP_COLUMNS = 3
_STRIP_PICTURES = 6
_MARGIN = 4
"""Pixels between the pictures of a strip."""


@dataclass(frozen=True)
class Replayed:
    """What the simulator made of the recorded actions."""

    observations: np.ndarray
    """(N + 1, observation_size) float32."""
    deviation: float
    """The largest difference of an entry of the observation from the recorded one at the end, in its unit."""
    outcome: bool
    """Whether the task counts the end as a success."""
    pictures: tuple[Image.Image, ...]
    """With captions; one every `every` steps and one of the end."""


def replay(
    task: ArmTask, arm: SimulatedArm, episode: Episode, *, every: int, width: int, track: Track = untracked
) -> Replayed:
    """Begin as the episode did and execute its actions, one control period each; `width` in pixels, 4:3."""
    rows = episode.transitions
    scene = task.scene(rows.observation[0])
    arm.reset(scene.p_base_tip, scene.p_base_puck)
    observations = [task.observe(world_state(arm), scene.goal)]
    pictures = []
    for step, action in enumerate(track(rows.action, "replaying")):
        if step % every == 0:
            pictures.append(_picture(task, arm, observations[-1], step, width))
        simulate(task, arm, action)
        observations.append(task.observe(world_state(arm), scene.goal))
    pictures.append(_picture(task, arm, observations[-1], len(rows), width))
    deviation = float(np.abs(observations[-1] - rows.next_observation[-1]).max())
    return Replayed(np.array(observations), deviation, bool(task.success(observations[-1])), tuple(pictures))


def steps_between_pictures(path: Path, steps: int) -> int:
    """How often a picture is needed for the file at `path`; AwacError unless it is to be a .gif or a .png."""
    if path.suffix == ".gif":
        return 2
    if path.suffix == ".png":
        return -(-steps // (_STRIP_PICTURES - 1))
    raise AwacError(f"{path}: name a .gif for an animation or a .png for a strip of pictures")


def write(path: Path, pictures: Sequence[Image.Image], seconds: float) -> None:
    """An animation with a picture every so many seconds, or a strip; it replaces `path`."""
    with atomic_replacement(path) as temporary:
        if path.suffix == ".gif":
            first, *others = (picture.quantize(64) for picture in pictures)
            milliseconds = round(1000 * seconds)
            first.save(temporary, "GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)
        else:
            _strip(pictures).save(temporary, "PNG")


def _picture(task: ArmTask, arm: SimulatedArm, observation: np.ndarray, step: int, width: int) -> Image.Image:
    height = 3 * width // 4
    picture = Image.fromarray(arm.picture(width, height))
    caption = (
        f"{step * task.layout.control_period:.1f} s   {100 * float(task.distance(observation)):.1f} cm to the goal"
    )
    font = ImageFont.load_default(size=max(10, width // 22))
    draw = ImageDraw.Draw(picture)
    ring = arm.pixels(_goal_ring(task, observation), width, height)
    draw.line([tuple(point) for point in ring], fill="limegreen", width=max(2, width // 160))
    draw.text((8, 6), caption, fill="white", font=font, stroke_width=2, stroke_fill="black")
    return picture


def _goal_ring(task: ArmTask, observation: np.ndarray) -> np.ndarray:
    """(N, 3) m: the puck's outline at its goal, on the table."""
    angle = np.linspace(0.0, 2.0 * np.pi, 33)
    x, y = observation[task.layout.slice("goal_puck_xy")]
    return np.column_stack(
        (x + PUCK_RADIUS * np.cos(angle), y + PUCK_RADIUS * np.sin(angle), np.full(len(angle), TABLE_HEIGHT))
    )


def _strip(pictures: Sequence[Image.Image]) -> Image.Image:
    width, height = pictures[0].size
    rows = -(-len(pictures) // _STRIP_COLUMNS)
    columns = min(len(pictures), _STRIP_COLUMNS)
    size = (columns * (width + _MARGIN) - _MARGIN, rows * (height + _MARGIN) - _MARGIN)
    strip = Image.new("RGB", size, "white")
    for place, picture in enumerate(pictures):
        row, column = divmod(place, _STRIP_COLUMNS)
        strip.paste(picture, (column * (width + _MARGIN), row * (height + _MARGIN)))
    return strip
