import numpy as np
from PIL import Image

from awac_ros.bench.data import random_transitions
from awac_ros.data import Episode, Outcome
from awac_ros.data.data_set import DataSet
from awac_ros.data.layout import plain_layout
from awac_ros.runs.episode_figure import draw
from awac_ros.tasks import Pushing


def some(layout, outcomes):
    episodes = {f"e{n}": Episode(random_transitions(layout, 30, seed=n), outcome) for n, outcome in enumerate(outcomes)}
    return DataSet("old", layout, episodes)


def has(picture, red, green, blue):
    pixels = np.array(Image.open(picture).convert("RGB")).reshape(-1, 3).astype(int)
    return (np.abs(pixels - (red, green, blue)).max(axis=1) < 12).sum() > 20


GREEN, RED, BLUE = (44, 160, 44), (214, 39, 40), (31, 119, 180)


def test_outcomes_have_their_colours(tmp_path):
    draw(some(Pushing().layout, [Outcome.SUCCESS]), tmp_path / "green.png")
    draw(some(Pushing().layout, [Outcome.FAILURE]), tmp_path / "red.png")
    assert has(tmp_path / "green.png", *GREEN) and not has(tmp_path / "green.png", *RED)
    assert has(tmp_path / "red.png", *RED) and not has(tmp_path / "red.png", *GREEN)


def test_data_without_places_are_drawn_too_and_replace_the_old_picture(tmp_path):
    (tmp_path / "hand.png").write_text("old")
    draw(some(plain_layout("hand", {"observation": 45}, 24), list(Outcome)), tmp_path / "hand.png")
    assert Image.open(tmp_path / "hand.png").size == (1080, 540)
    assert [item.name for item in tmp_path.iterdir()] == ["hand.png"]
