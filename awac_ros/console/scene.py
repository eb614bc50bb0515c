"""The 3-D view: the arm in motion, table, puck, goal, workspace, trail and ghost, drawn by viser in the browser."""

from __future__ import annotations

import contextlib
import io
from collections import deque
from dataclasses import dataclass

import numpy as np
from viser import SceneNodeHandle, TransformControlsEvent, ViserServer

from awac_ros.arms.limiter import SafetyLimits
from awac_ros.arms.shapes import ArmShapes, Shape
from awac_ros.tasks.pushing import PUCK_HALF_HEIGHT, PUCK_RADIUS, TABLE_HEIGHT, PushingConfig, mark_height

TRAIL = 120
"""Points of the tip's trail."""
_TABLE = ((0.7, 0.0, TABLE_HEIGHT - 0.02), (0.7, 1.1, 0.04))
"""Centre and sides of the table top, m, as in urdf/table.urdf."""
_WOOD, _PUCK, _GOAL, _GHOST, _EDGE, _TIP_TRAIL = (
    (222, 206, 180),
    (26, 92, 204),
    (34, 160, 84),
    (40, 120, 255),
    (120, 132, 150),
    (240, 120, 20),
)
_STILL = 5e-4
"""m, and parts of a quaternion: a smaller motion is not drawn."""
_UPRIGHT = np.array((1.0, 0.0, 0.0, 0.0))
_LEGEND = 1e-3
"""m: what lies on the table is drawn so far above it."""
_KEYS = {"↑": (-1, 0), "↓": (1, 0), "←": (0, -1), "→": (0, 1)}
"""Which way the tip goes for each arrow key, as (x, y) in the base frame: as seen by somebody who faces the arm."""


@dataclass(frozen=True)
class Picture:
    """What the view shows; base frame, m; None for what is not known."""

    joint_position: np.ndarray | None = None
    """(7,) rad."""
    tip: tuple[np.ndarray, np.ndarray] | None = None
    """Position (3,) and quaternion wxyz (4,)."""
    puck: tuple[np.ndarray, np.ndarray] | None = None
    """Position (3,) and quaternion wxyz (4,)."""
    p_base_goal: np.ndarray | None = None
    """(3,): where what the task is about shall be."""
    p_base_commanded: np.ndarray | None = None
    """(3,): where the command in force takes the tip; None while it stands still."""


class _View(ViserServer):
    """Viser, without its way of showing everything to the world."""

    def request_share_url(self, verbose: bool = True) -> str | None:
        return None


class Scene:
    """A viser server on a free port of this machine; `draw` moves what has changed."""

    def __init__(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):  # the view is no page to open by itself
            self._server = _View(host="127.0.0.1", port=0, verbose=False)
        self._arm = ArmShapes()
        self._drag: int | None = None
        self._p_base_handle = np.zeros(3)
        self._trail: deque[np.ndarray] = deque(maxlen=TRAIL)
        scene = self._server.scene
        self._server.initial_camera.position = (1.38, 0.0, 0.78)
        self._server.initial_camera.look_at = (0.5, 0.0, 0.18)
        self._server.gui.configure_theme(show_logo=False, show_share_button=False)
        scene.configure_default_lights(cast_shadow=False)
        scene.configure_environment_map(None)  # a laptop without a graphics card paints it too slowly
        scene.add_light_ambient("/light", intensity=1.6)
        scene.world_axes.visible = False
        self._add_table()
        self._carriers = {name: scene.add_frame(f"/arm/{name}", show_axes=False) for name in self._arm.carriers}
        for shape in self._arm.shapes:
            self._add(f"/arm/{shape.carrier}/{shape.name}", shape)
        self._ghost = scene.add_frame("/ghost", show_axes=False, visible=False)
        hand, (position, wxyz) = self._arm.hand()
        scene.add_frame("/ghost/hand", show_axes=False, position=position, wxyz=wxyz)
        for shape in hand:
            self._add(f"/ghost/hand/{shape.name}", shape, _GHOST, 0.35)
        self._puck = scene.add_cylinder("/puck", PUCK_RADIUS, 2.0 * PUCK_HALF_HEIGHT, _PUCK, visible=False)
        reach = PushingConfig.success_distance
        self._goal = scene.add_cylinder("/goal", reach, 2.0 * _LEGEND, _GOAL, opacity=0.55, visible=False)
        self._line = scene.add_line_segments(
            "/trail", np.zeros((1, 2, 3), np.float32), _TIP_TRAIL, thickness=2.5, thickness_units="screen"
        )
        self._handle = scene.add_transform_controls(
            "/handle",
            scale=0.13,
            active_axes=(True, True, False),
            disable_rotations=True,
            depth_test=False,
            visible=False,
        )
        self._handle.on_update(self._take_handle)
        self._server.on_client_disconnect(lambda client: self._let_go(client.client_id))

    @property
    def port(self) -> int:
        return self._server.get_port()

    @property
    def watched(self) -> bool:
        """Whether a browser has the view open."""
        return bool(self._server.get_clients())

    @property
    def dragged(self) -> np.ndarray | None:
        """(3,) m: where the handle has been dragged to, or None while nobody drags it."""
        return None if self._drag is None else self._p_base_handle

    def node(self, name: str) -> SceneNodeHandle:
        """The node of this name, such as "/puck"."""
        node = self._server.scene.get_handle_by_name(name)
        assert node is not None
        return node

    def draw(self, picture: Picture) -> None:
        """Show the picture; what has not moved is not sent again, so that a browser rests while the arm does."""
        with self._server.atomic():
            if picture.joint_position is not None:
                for name, pose in self._arm.poses(picture.joint_position).items():
                    _move(self._carriers[name], pose)
            if picture.puck is not None:
                _move(self._puck, picture.puck)
            if picture.p_base_goal is not None:
                x, y, z = picture.p_base_goal
                _move(self._goal, (np.array((x, y, mark_height(z) + _LEGEND)), _UPRIGHT))
            if picture.tip is not None:
                self._draw_tip(picture.tip, picture.p_base_commanded)

    def close(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            self._server.stop()

    def _draw_tip(self, tip: tuple[np.ndarray, np.ndarray], p_base_commanded: np.ndarray | None) -> None:
        if self._drag is None:
            _move(self._handle, (tip[0], _UPRIGHT))
        if p_base_commanded is not None:
            _move(self._ghost, (p_base_commanded, tip[1]))
        elif self._ghost.visible:
            self._ghost.visible = False
        if not self._trail or np.linalg.norm(self._trail[-1] - tip[0]) > 2e-3:
            self._trail.append(tip[0])
            if len(self._trail) > 1:
                points = np.array(self._trail, np.float32)
                self._line.points = np.stack((points[:-1], points[1:]), axis=1)

    def _add_table(self) -> None:
        scene = self._server.scene
        centre, sides = _TABLE
        scene.add_box("/table", _WOOD, sides, position=centre)
        low, high = np.array(SafetyLimits.workspace_low), np.array(SafetyLimits.workspace_high)
        scene.add_line_segments("/workspace", box_edges(low, high), _EDGE, thickness=1.0, thickness_units="screen")
        centre, half = (low + high) / 2.0, (high - low) / 2.0
        for text, direction in _KEYS.items():
            x, y = centre[:2] + (half[:2] + 0.05) * direction
            scene.add_label(f"/keys/{text}", text, position=(x, y, TABLE_HEIGHT + _LEGEND), anchor="center-center")

    def _add(
        self, name: str, shape: Shape, colour: tuple[int, int, int] | None = None, opacity: float | None = None
    ) -> SceneNodeHandle:
        place = {"position": shape.position, "wxyz": shape.orientation, "opacity": opacity}
        colour = colour or shape.colour
        match shape.kind:
            case "box":
                return self._server.scene.add_box(name, colour, shape.size, **place)
            case "cylinder":
                return self._server.scene.add_cylinder(name, *shape.size, colour, **place)
            case _:
                return self._server.scene.add_icosphere(name, *shape.size, colour, **place)

    async def _take_handle(self, event: TransformControlsEvent) -> None:
        if event.phase == "end":
            self._let_go(event.client_id)
        elif self._drag in (None, event.client_id):
            self._drag = event.client_id
            self._p_base_handle = np.clip(
                event.target.position, SafetyLimits.workspace_low, SafetyLimits.workspace_high
            )

    def _let_go(self, client: int) -> None:
        if self._drag == client:
            self._drag = None


def _move(node: SceneNodeHandle, pose: tuple[np.ndarray, np.ndarray]) -> None:
    """Show the node at position (3,) and quaternion wxyz (4,)."""
    position, wxyz = pose
    if np.abs(node.position - position).max() > _STILL or np.abs(node.wxyz - wxyz).max() > _STILL:
        node.position, node.wxyz = position, wxyz
    if not node.visible:
        node.visible = True


def box_edges(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(12, 2, 3) float32: the edges of the box between two corners (3,)."""
    corners = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    pairs = [(a, b) for i, a in enumerate(corners) for b in corners[i + 1 :] if np.abs(a - b).sum() == 1]
    return (low + np.array(pairs) * (high - low)).astype(np.float32)
