"""An animated picture of what was learned: the same scenes before and after, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from awac_ros.arms import SimulatedArm
from awac_ros.arms.bullet import BulletArm
from awac_ros.data.data_set import Track, untracked
from awac_ros.envs.random_process import OrnsteinUhlenbeck
from awac_ros.envs.rollout import ChooseAction
from awac_ros.envs.simulated import world_state
from awac_ros.runs import animation
from awac_ros.tasks import ArmTask, Scene
from awac_ros.tasks.pushing import PushingConfig, mark_height

FRAME = 0.05
"""s of simulated time between two pictures, and that each is shown: real time, 20 a second."""
SETTLED = 12
"""Pictures at the goal after which a scene ends."""
_LAST = 1.0
"""s that the end of a scene is shown."""
_CROP = (0.17, 0.02, 0.97, 0.95)
"""The part of the camera's picture that is shown: left, upper, right, lower, as shares."""
_TITLES = ("before: a random process", "after: AWAC")
_INK, _REACHED, _PAPER = "#333333", "#1a8f3c", "white"


@dataclass(frozen=True)
class Pose:
    """What the camera sees at one instant."""

    joint_position: np.ndarray
    """(7,) rad."""
    p_base_puck: np.ndarray
    """(3,) m."""
    distance: float
    """m, from the goal."""
    success: bool


@dataclass(frozen=True)
class Shot:
    """One scene before and after, both as long."""

    p_base_goal: np.ndarray
    """(3,) m: where the goal is marked."""
    before: list[Pose]
    after: list[Pose]


def make(
    task: ArmTask, policy: ChooseAction, path: Path, scenes: int, seed: int, width: int, track: Track = untracked
) -> list[Shot]:
    """Write an animation, `width` pixels wide, over `path`; what it shows.

    AwacError unless `path` ends as an animation does.
    """
    animation.check(path)
    arm, rng = BulletArm(), np.random.default_rng(seed)
    try:
        shots = [shoot(task, arm, policy, rng) for _ in track(range(scenes), "acting")]
    finally:
        arm.close()
    animation.write(path, _frames(shots, width, track))
    return shots


def shoot(task: ArmTask, arm: SimulatedArm, policy: ChooseAction, rng: np.random.Generator) -> Shot:
    """The random process and the policy from one start to one goal, until the policy has kept the goal for a while."""
    scene = task.sample_scene(rng)
    after = list(_until_settled(_poses(task, arm, scene, policy)))
    process = OrnsteinUhlenbeck(task.layout.action_size, rng)
    before = list(islice(_poses(task, arm, scene, process), len(after)))
    x, y, z = task.p_base_goal(scene.goal)
    return Shot(np.array((x, y, mark_height(z))), before, after)


def _poses(task: ArmTask, arm: SimulatedArm, scene: Scene, choose_action: ChooseAction) -> Iterator[Pose]:
    """One every FRAME s of simulated time."""
    arm.reset(scene.p_base_tip, scene.p_base_puck)
    for _ in range(task.horizon):
        world = world_state(arm)
        v_base_tip = task.twist(choose_action(task.observe(world, scene.goal)), world)
        for _ in range(round(task.layout.control_period / FRAME)):
            for _ in range(round(FRAME / arm.inner_period)):
                arm.follow(v_base_tip)
            observation = task.observe(world_state(arm), scene.goal)
            distance, success = float(task.distance(observation)), bool(task.success(observation))
            yield Pose(arm.state().joint_position, arm.puck_position(), distance, success)


def _until_settled(poses: Iterable[Pose]) -> Iterator[Pose]:
    settled = 0
    for pose in poses:
        yield pose
        settled = settled + 1 if pose.success else 0
        if settled == SETTLED:
            return


def _frames(shots: Sequence[Shot], width: int, track: Track) -> Iterator[tuple[Image.Image, float]]:
    """Pictures `width` pixels wide, each with the s it is shown for."""
    world = BulletArm()
    try:
        for shot in track(shots, "taking pictures"):
            world.mark(shot.p_base_goal, PushingConfig.success_distance)
            for step, poses in enumerate(zip(shot.before, shot.after, strict=True), 1):
                sides = [_side(world, pose, title, width // 2) for pose, title in zip(poses, _TITLES, strict=True)]
                yield _beside(*sides), _LAST if step == len(shot.after) else FRAME
    finally:
        world.close()


def _side(world: BulletArm, pose: Pose, title: str, width: int) -> Image.Image:
    """One half, its words above and below the picture."""
    world.pose(pose.joint_position, pose.p_base_puck)
    left, upper, right, lower = _CROP
    whole = round(width / (right - left))
    picture = Image.fromarray(world.picture(whole, 3 * whole // 4))
    x, y = round(left * picture.width), round(upper * picture.height)
    picture = picture.crop((x, y, x + width, round(lower * picture.height)))
    line = width // 12
    side = Image.new("RGB", (width, picture.height + 2 * line), _PAPER)
    side.paste(picture, (0, line))
    draw = ImageDraw.Draw(side)
    font = ImageFont.load_default(size=0.65 * line)
    draw.text((width // 2, line // 2), title, _INK, font, anchor="mm")
    words = "at the goal" if pose.success else f"{100 * pose.distance:.0f} cm to the goal"
    draw.text((width // 2, side.height - line // 2), words, _REACHED if pose.success else _INK, font, anchor="mm")
    return side


def _beside(left: Image.Image, right: Image.Image) -> Image.Image:
    both = Image.new("RGB", (left.width + right.width, left.height), _PAPER)
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    return both
