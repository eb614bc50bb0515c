import numpy as np
import pytest

from awac_ros.console.scene import Picture, Scene, box_edges


@pytest.fixture
def scene():
    scene = Scene()
    yield scene
    scene.close()


def test_a_box_has_twelve_edges_of_its_own_lengths() -> None:
    edges = box_edges(np.array([0.4, -0.3, 0.0]), np.array([0.8, 0.3, 0.5]))
    lengths = np.linalg.norm(edges[:, 1] - edges[:, 0], axis=1)
    assert sorted(np.round(lengths, 6)) == [0.4] * 4 + [0.5] * 4 + [0.6] * 4


def test_what_is_known_is_shown_where_it_is_and_nothing_else(scene: Scene) -> None:
    assert not scene.node("/puck").visible and not scene.node("/ghost").visible
    upright, tip = np.array((1.0, 0.0, 0.0, 0.0)), np.array((0.6, 0.1, 0.06))
    scene.draw(Picture(tip=(tip, upright), puck=(np.array((0.7, 0.0, 0.06)), upright), p_base_commanded=tip + 0.05))
    np.testing.assert_allclose(scene.node("/puck").position, (0.7, 0.0, 0.06))
    np.testing.assert_allclose(scene.node("/handle").position, tip)
    np.testing.assert_allclose(scene.node("/ghost").position, tip + 0.05)
    assert scene.node("/puck").visible and not scene.node("/goal").visible
    scene.draw(Picture(tip=(tip, upright)))
    assert not scene.node("/ghost").visible


def test_a_goal_is_marked_where_it_is_and_on_the_table_where_a_puck_would_lie_at_it(scene: Scene) -> None:
    scene.draw(Picture(p_base_goal=np.array((0.6, 0.1, 0.06))))
    np.testing.assert_allclose(scene.node("/goal").position, (0.6, 0.1, 0.046))
    scene.draw(Picture(p_base_goal=np.array((0.6, 0.1, 0.2))))
    np.testing.assert_allclose(scene.node("/goal").position, (0.6, 0.1, 0.201))


def test_nobody_watches_or_drags_at_first(scene: Scene) -> None:
    assert not scene.watched and scene.dragged is None
