"""docs/tutorial.md: its commands, run in order as written, with the person's part played on the real page.

Whole training takes minutes, so that here `SHORTER` is added to some of them: fewer demonstrations, updates, steps and
episodes. Nothing else is changed. The set-up itself is run by `make test`, which begins with it.
"""

import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped

from awac_ros.bench.browser import browser, missing, open_page
from awac_ros.data import Outcome, demos
from awac_ros.data.store import TransitionStore
from awac_ros.nodes import qos
from awac_ros.nodes.human import Mark
from awac_ros.nodes.messages import position
from awac_ros.nodes.observer import PUCK, TIP
from awac_ros.nodes.scripted_operator import OperatorConfig, ScriptedOperator
from awac_ros.runs.monitor import Monitor
from awac_ros.tasks import Pushing

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "tutorial.md").read_text()
SET_UP = ["make setup", "source .venv/bin/activate"]
LAYOUT = Pushing().layout
QUICK = "/**/learner:\n  ros__parameters:\n    offline_updates: 50\n"
SHORTER = {
    "mode:=collect": ["episodes:=2"],
    "mode:=train": ["env_steps:=120", "params_file:=quick.yaml"],
    "mode:=eval": ["episodes:=1"],
    "random": ["--episodes", "2"],
    "eval": ["--episodes", "1"],
}
"""By the mode or the name of a command, what is added to it."""
PATIENCE = 120.0


def commands() -> list[str]:
    blocks = re.findall(r"^```bash\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]


def kind(words: list[str]) -> str:
    """What a command is known by here: its mode, or its name."""
    return next((word for word in words if word.startswith("mode:=")), words[0])


class Person:
    """Sees tip, puck and goal; pushes as the scripted operator would, with the stick and buttons of the page."""

    def __init__(self, page, monitor: Monitor) -> None:
        self._page = page
        self._monitor = monitor
        self._seen: dict[str, np.ndarray] = {}
        self._rng = np.random.default_rng(0)
        for topic, profile in ((TIP, qos.STATE), (PUCK, qos.STATE), ("goal_pose", qos.LATCHED)):
            monitor.listen(PoseStamped, topic, profile, lambda message, topic=topic: self._see(topic, message))

    def _see(self, topic: str, message: PoseStamped) -> None:
        self._seen[topic] = position(message)

    def demonstrate(self) -> None:
        """One episode, from Start to Success, unless it ends before: a busy machine may stop the arm."""
        if self._page.is_visible("#stopped"):
            self._page.click("#resume")
            self._page.wait_for_selector("#stopped", state="hidden")
        self._page.keyboard.press("1")
        self._page.wait_for_timeout(200)
        with self._stick() as push:
            hand = ScriptedOperator(self._rng)
            while self._page.is_enabled("[data-mark=success]"):
                if (answer := self._answer(hand)) is Mark.SUCCESS:
                    break
                push(answer)
        self._page.keyboard.press("2")
        self._page.wait_for_selector("[data-mark=success]:disabled")

    def take_over(self, seconds: float) -> None:
        """Drive for a while, whatever the policy would do."""
        self._page.wait_for_selector("#stick:not(.off)")
        with self._stick() as push:
            hand, end = ScriptedOperator(self._rng), time.monotonic() + seconds
            while time.monotonic() < end and (answer := self._answer(hand)) is not Mark.SUCCESS:
                push(answer)

    def _answer(self, hand: ScriptedOperator) -> np.ndarray | Mark:
        """What the hand does about what is seen after another control step."""
        end = time.monotonic() + OperatorConfig.step_time
        while time.monotonic() < end or len(self._seen) < 3:
            self._monitor.spin(0.01)
        return hand.answer(self._seen[TIP], self._seen[PUCK], self._seen["goal_pose"])

    @contextmanager
    def _stick(self) -> Iterator[Callable[[np.ndarray], None]]:
        """Hold the stick, and push it with twists (6,)."""
        stick, mouse = self._page.locator("#stick"), self._page.mouse
        stick.scroll_into_view_if_needed()
        box = stick.bounding_box()
        radius = box["width"] / 2
        x, y = box["x"] + radius, box["y"] + radius

        def push(twist: np.ndarray) -> None:
            down, right = twist[:2] / OperatorConfig.max_speed
            mouse.move(x + radius * right, y + radius * down)

        mouse.move(x, y)
        mouse.down()
        try:
            yield push
        finally:
            mouse.up()


@contextmanager
def person_at(chromium, command) -> Iterator[tuple[Person, object]]:
    """A person before the command's page."""
    with Monitor("") as monitor, open_page(chromium, command.page()) as page:
        yield Person(page, monitor), page


def collect(chromium, command) -> None:
    """Demonstrate until the command ends."""
    deadline = time.monotonic() + PATIENCE
    with person_at(chromium, command) as (person, page):
        while page.is_hidden("#lost"):
            assert time.monotonic() < deadline, page.inner_text("#episode-card")
            person.demonstrate()


def train(chromium, command) -> None:
    with person_at(chromium, command) as (person, page):
        page.wait_for_function("document.getElementById('activity').textContent.startsWith('running')")
        person.take_over(3.0)
        page.wait_for_selector("#lost:visible")


def test_the_set_up_is_the_one_that_the_tests_themselves_begin_with() -> None:
    assert commands()[:2] == SET_UP


def test_every_command_of_the_tutorial_works_as_written(tmp_path: Path, awac_process) -> None:
    (tmp_path / "quick.yaml").write_text(QUICK)
    said: dict[str, str] = {}
    with browser() as chromium:
        for line in commands()[len(SET_UP) :]:
            program, *words = shlex.split(line)
            assert program == "awac"
            name = kind(words)
            command = awac_process(*words, *SHORTER.get(name, []))
            if name == "mode:=collect":
                collect(chromium, command)
            elif name == "mode:=train":
                train(chromium, command)
            said[name] = command.end()
    mine = demos.read(tmp_path / "runs/mine/demos.hdf5", LAYOUT)
    assert len(mine) == 2 and Outcome.SUCCESS in {episode.outcome for episode in mine}
    assert all(episode.transitions.intervened.all() for episode in mine)
    with TransitionStore(tmp_path / "runs/mine/store.sqlite", LAYOUT, read_only=True) as store:
        online, _ = store.since(0, store.total)
    assert len(online) == 120 and 0 < online.intervened.sum() < 120
    assert "success at the end" in said["eval"]
