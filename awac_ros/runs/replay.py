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
from awac_ros.runs import animation
from awac_ros.tasks import ArmTask
from awac_ros.tasks.pushing import PUCK_RADIUS, mark_height

_STRIP = ".png"
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
    ring = _ring(task.p_base_goal(scene.goal))
    arm.reset(scene.p_base_tip, scene.p_base_puck)
    observations = [task.observe(world_state(arm), scene.goal)]
    pictures = []
    for step, action in enumerate(track(rows.action, "replaying")):
        if step % every == 0:
            pictures.append(_picture(task, arm, observations[-1], ring, step, width))
        simulate(task, arm, action)
        observations.append(task.observe(world_state(arm), scene.goal))
    pictures.append(_picture(task, arm, observations[-1], ring, len(rows), width))
    deviation = float(np.abs(observations[-1] - rows.next_observation[-1]).max())
    return Replayed(np.array(observations), deviation, bool(task.success(observations[-1])), tuple(pictures))


def steps_between_pictures(path: Path, steps: int) -> int:
    """How often a picture is needed for the file at `path`; AwacError unless it is to be an animation or a .png."""
    if path.suffix == _STRIP:
        return -(-steps // (_STRIP_PICTURES - 1))
    animation.check(path, _STRIP)
    return 1


def write(path: Path, pictures: Sequence[Image.Image], seconds: float) -> None:
    """An animation with a picture every so many seconds, or a strip; it replaces `path`."""
    if path.suffix != _STRIP:
        animation.write(path, ((picture, seconds) for picture in pictures))
        return
    with atomic_replacement(path) as temporary:
        _strip(pictures).save(temporary, "PNG")


def _picture(
    task: ArmTask, arm: SimulatedArm, observation: np.ndarray, ring: np.ndarray, step: int, width: int
) -> Image.Image:
    height = 3 * width // 4
    picture = Image.fromarray(arm.picture(width, height))
    caption = (
        f"{step * task.layout.control_period:.1f} s   {100 * float(task.distance(observation)):.1f} cm to the goal"
    )
    font = ImageFont.load_default(size=max(10, width // 22))
    draw = ImageDraw.Draw(picture)
    draw.line([tuple(point) for point in arm.pixels(ring, width, height)], fill="limegreen", width=max(2, width // 160))
    draw.text((8, 6), caption, fill="white", font=font, stroke_width=2, stroke_fill="black")
    return picture


def _ring(p_base_goal: np.ndarray) -> np.ndarray:
    """(N, 3) m: as wide as the puck, around the goal (3,)."""
    angle = np.linspace(0.0, 2.0 * np.pi, 33)
    x, y, z = p_base_goal
    heights = np.full(len(angle), mark_height(z))
    return np.column_stack((x + PUCK_RADIUS * np.cos(angle), y + PUCK_RADIUS * np.sin(angle), heights))


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
