"""The operator's page as a person uses it: a real graph, a real browser."""

import signal
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TwistStamped
from std_msgs.msg import Empty

from awac_msgs.msg import ActorStatus, ArmStatus, EpisodeMark, EpisodeStatus
from awac_ros.bench.browser import DESKTOP, PHONE, browser, missing, open_page
from awac_ros.data import EpisodeBuilder, Outcome, demos
from awac_ros.data.store import TransitionStore
from awac_ros.nodes import qos
from awac_ros.nodes.messages import position, twist
from awac_ros.tasks import Pushing

LAYOUT = Pushing().layout
pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))


class Graph:
    """What a page talks to, heard by the test."""

    def __init__(self, world, **console: object) -> None:
        self.world = world
        self.twists = world.hear(TwistStamped, "teleop/twist", qos.COMMAND)
        self.releases = world.hear(Empty, "teleop/released", qos.EVENTS)
        self.marks = world.hear(EpisodeMark, "episode/mark", qos.EVENTS)
        self.tips = world.hear(PoseStamped, "tip_pose", qos.STATE)
        self.arms = world.hear(ArmStatus, "arm/status", qos.LATCHED)
        self.episodes = world.hear(EpisodeStatus, "episode/status", qos.EPISODES)
        self.console = world.start("console", port=0, **console)

    def url(self) -> str:
        """Where the page is, as the console says."""
        says = "the operator's page: "
        self.world.until(lambda: says in self.world.log())
        return self.world.log().split(says)[1].split()[0]

    def stands(self, state: int, number: int) -> bool:
        return any(status.state == state and status.episode == number for status in self.episodes)

    def tip(self) -> np.ndarray:
        return position(self.tips[-1])

    def still(self) -> bool:
        """The last twist was zero, and nothing has come since."""
        before = len(self.twists)
        self.world.until(lambda: self.tips)
        self.tips.clear()
        self.world.until(lambda: len(self.tips) > 10)
        return len(self.twists) == before and not twist(self.twists[-1]).any()


@pytest.fixture(scope="module")
def chromium():
    with browser() as chromium:
        yield chromium


@pytest.fixture
def graph(world) -> Graph:
    return Graph(world)


def collect(world, path: Path) -> None:
    """With time limits that a machine busy with a browser keeps."""
    world.start("arm", command_timeout=2.0)
    world.start("recorder", demos=path)
    world.start("actor", mode="collect", seed=3, state_timeout=2.0, teleop_timeout=2.0)


def record(graph: Graph, page, number: int, key: str, mark: str) -> None:
    """One episode: start, push until the tip has moved 3 cm, mark."""
    world = graph.world
    world.until(lambda: graph.stands(EpisodeStatus.WAITING, number))
    page.wait_for_selector("[data-mark=start]:enabled")
    page.click("[data-mark=start]")
    world.until(lambda: graph.stands(EpisodeStatus.RUNNING, number) and graph.tips)
    page.wait_for_selector(f"[data-mark={mark}]:enabled")
    begin = graph.tip()
    page.keyboard.down(key)
    world.until(lambda: np.linalg.norm((graph.tip() - begin)[:2]) > 0.03)
    page.keyboard.up(key)
    world.until(lambda: not twist(graph.twists[-1]).any())
    page.click(f"[data-mark={mark}]")
    world.until(lambda: graph.stands(EpisodeStatus.ENDED, number))


def test_a_person_records_two_demos_in_the_browser_marks_one_a_failure_and_stops_the_arm(
    graph: Graph, chromium, tmp_path: Path
) -> None:
    world, path = graph.world, tmp_path / "demos.hdf5"
    collect(world, path)
    with open_page(chromium, graph.url()) as page:
        record(graph, page, 0, "ArrowRight", "success")
        record(graph, page, 1, "ArrowLeft", "failure")
        page.wait_for_function("document.getElementById('last').textContent.includes('failure')")
        tally = page.wait_for_selector("#tally:text-matches('^demonstrations: 2, the last: [0-9]+ steps, failure$')")
        for size in (PHONE, DESKTOP):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            box = tally.bounding_box()
            assert box["y"] > 0 and box["y"] + box["height"] < size[1] and box["x"] + box["width"] <= size[0]
        for name in ("actor", "arm"):
            page.wait_for_selector(f"#nodes li:text-matches('{name}[0-9.]+ Hz, [0-9]+ overruns')")
        page.click("#stop")
        world.until(lambda: graph.arms and graph.arms[-1].stopped)
        page.wait_for_selector("#stopped:visible")
        assert "press Resume" in page.inner_text("#activity")
        sent = len(graph.twists)
        page.keyboard.down("ArrowRight")
        page.click("#resume")
        world.until(lambda: not graph.arms[-1].stopped)
        assert len(graph.twists) == sent
    world.until(lambda: len(demos.read(path, LAYOUT)) == 2)
    first, second = demos.read(path, LAYOUT)
    assert (first.outcome, second.outcome) == (Outcome.SUCCESS, Outcome.FAILURE)
    for episode, direction in ((first, 1.0), (second, -1.0)):
        driven = episode.transitions.action[episode.transitions.intervened]
        np.testing.assert_allclose(
            driven[np.abs(driven).any(axis=1)], [[0.0, direction]] * np.abs(driven).any(axis=1).sum()
        )
    assert [message.mark for message in graph.marks] == [
        EpisodeMark.START,
        EpisodeMark.SUCCESS,
        EpisodeMark.START,
        EpisodeMark.FAILURE,
    ]


def test_the_last_demonstration_is_judged_anew_and_taken_back_on_the_page(
    graph: Graph, chromium, tmp_path: Path
) -> None:
    world, path = graph.world, tmp_path / "demos.hdf5"
    collect(world, path)
    with open_page(chromium, graph.url()) as page:
        record(graph, page, 0, "ArrowRight", "success")
        record(graph, page, 1, "ArrowLeft", "success")
        page.wait_for_function("document.getElementById('recorded').textContent.startsWith('demonstrations: 2')")
        page.click("#judge")
        page.wait_for_function("document.getElementById('recorded').textContent.endsWith('failure')")
        assert [episode.outcome for episode in demos.read(path, LAYOUT)] == [Outcome.SUCCESS, Outcome.FAILURE]
        page.click("#undo")
        page.wait_for_function("document.getElementById('recorded').textContent.startsWith('demonstrations: 1')")
        assert [episode.outcome for episode in demos.read(path, LAYOUT)] == [Outcome.SUCCESS]
        page.click("#undo")
        page.wait_for_selector("#undo:disabled")
    assert demos.count(path) == 0


def test_the_curves_begin_with_what_the_runs_folder_holds(world, chromium, tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with TransitionStore(path, LAYOUT) as store:
        for number in range(2):
            builder = EpisodeBuilder("a" * 32, number)
            for step in range(3):
                builder.add(np.zeros(8), np.zeros(2), -1.0, np.zeros(8), truncated=step == 2, step_time=0.1 * step)
            store.append(builder.transitions())
    graph = Graph(world, store=path, made=6)
    with open_page(chromium, graph.url()) as page:
        page.wait_for_selector("#curves-card:visible")
        assert "earlier starts" in page.inner_text("#curves-card")
        assert page.text_content("#return-curve text:last-child") == "6 steps: -3.00"
        assert page.get_attribute("#return-curve .earlier", "points").count(",") == 2


def test_the_stick_drives_while_it_is_held_and_zero_is_the_last_word(graph: Graph, chromium) -> None:
    graph.world.start("arm")
    with open_page(chromium, graph.url()) as page:
        page.wait_for_selector("#stick:not(.off)")
        box = page.locator("#stick").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - box["height"] / 4)
        graph.world.until(lambda: graph.twists and twist(graph.twists[-1])[0] < 0.0)
        np.testing.assert_allclose(twist(graph.twists[-1]), [-0.1, 0.0, 0.0, 0.0, 0.0, 0.0], atol=5e-3)
        page.mouse.up()
        graph.world.until(lambda: not twist(graph.twists[-1]).any())
        graph.world.until(lambda: graph.releases)
        assert graph.still()


def test_one_page_drives_at_a_time_and_another_is_told_so(graph: Graph, chromium) -> None:
    graph.world.start("arm")
    url = graph.url()
    with open_page(chromium, url) as page, open_page(chromium, url) as other:
        for each in (page, other):
            each.wait_for_selector("#stick:not(.off)")
        page.keyboard.down("ArrowRight")
        graph.world.until(lambda: graph.twists)
        other.keyboard.down("ArrowLeft")
        other.wait_for_selector("#notice:visible")
        assert other.inner_text("#notice") == "another page drives the arm"
        assert all(twist(message)[1] >= 0.0 for message in graph.twists)


def test_a_page_that_is_gone_drives_no_longer(graph: Graph, chromium) -> None:
    graph.world.start("arm")
    with open_page(chromium, graph.url()) as page:
        page.wait_for_selector("#stick:not(.off)")
        page.keyboard.down("ArrowUp")
        graph.world.until(lambda: graph.twists and twist(graph.twists[-1]).any())
    graph.world.until(lambda: not twist(graph.twists[-1]).any())
    assert graph.still() and not graph.arms[-1].stopped


def test_a_page_that_is_gone_with_the_control_it_took_stops_the_arm(graph: Graph, chromium) -> None:
    graph.world.start("arm")
    graph.world.node.create_publisher(ActorStatus, "actor/status", qos.STATUS).publish(ActorStatus(mode="eval"))
    with open_page(chromium, graph.url()) as page:
        page.wait_for_selector("#stick:not(.off)")
        page.click("#control")
        graph.world.until(lambda: graph.twists)
        assert not twist(graph.twists[-1]).any()
    graph.world.until(lambda: graph.arms and graph.arms[-1].stopped)


def test_the_page_says_who_goes_on_when_the_hand_is_taken_away(graph: Graph, chromium) -> None:
    graph.world.start("arm")
    actor = graph.world.node.create_publisher(ActorStatus, "actor/status", qos.STATUS)
    with open_page(chromium, graph.url()) as page:
        for mode, words in (("collect", "the arm stands still"), ("train", "the policy goes on")):
            actor.publish(ActorStatus(mode=mode))
            page.wait_for_selector(f"#mode:text-is('{mode}')")
            page.wait_for_selector(f"#let-go:text-is('{words}')")
        page.wait_for_selector("#stick:not(.off)")
        page.click("#control")
        page.wait_for_selector("#let-go:text-is('the arm stands still')")


def test_the_page_fits_a_phone_upright_and_on_its_side(graph: Graph, chromium) -> None:
    graph.world.start("arm")
    with open_page(chromium, graph.url(), PHONE) as page:
        page.wait_for_selector("#stick:not(.off)")
        page.click("#stop")
        page.wait_for_selector("#stopped:visible")
        for width, height in (PHONE, (320, 640), (667, 375), (844, 390)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            box, card = (page.locator(name).bounding_box() for name in ("#speed-value", "#drive-card"))
            assert box["x"] + box["width"] < card["x"] + card["width"] - 8, width
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
            for name in ("stop", "resume"):
                box = page.locator(f"#{name}").bounding_box()
                assert box["x"] >= 0 and box["x"] + box["width"] <= width and 0 <= box["y"] < 100, (name, width)
            if width > height:
                page.evaluate("window.scrollTo(0, 0)")
                box = page.locator("#stick").bounding_box()
                assert box["y"] + box["height"] <= height


def test_a_killed_console_is_a_lost_connection(graph: Graph, chromium) -> None:
    with open_page(chromium, graph.url()) as page:
        graph.console.kill()
        page.wait_for_selector("#lost:visible")
        assert "Connection lost." in page.inner_text("#lost")
        assert page.inner_text("#activity") == "not connected"
        assert page.locator("#nodes li:not([data-level=silent])").count() == 0


def test_a_console_that_ends_says_so_and_the_page_goes_on_with_the_next_one(graph: Graph, chromium) -> None:
    url = graph.url()
    with open_page(chromium, url) as page:
        graph.console.send_signal(signal.SIGINT)
        page.wait_for_selector("#lost:visible")
        assert "The graph has ended." in page.inner_text("#lost")
        assert graph.console.wait(timeout=20) == 0
        page.keyboard.press("Escape")
        assert "emergency stop" in page.inner_text("#notice")
        graph.world.start("console", port=urlsplit(url).port)
        page.wait_for_selector("#link[data-level=ok]")
        assert page.is_hidden("#lost")
    assert "Traceback" not in graph.world.log()
