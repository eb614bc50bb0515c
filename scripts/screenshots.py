"""Pictures of every view of the operator's page, from real graphs in a real browser: screenshots.py RUN [FOLDER].

RUN is the folder of a finished `awac pushing`, whose policy goes on learning in the pictures of training.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from awac_ros.bench.browser import DESKTOP, PHONE, browser, open_page
from awac_ros.nodes.description import Value
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.up import Session, up
from awac_ros.runs.monitor import own_namespace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocketRoute

SETTLE = 4_000
"""ms until the CPU has painted the view."""
DRIVE = 1_500
"""ms."""
LEARN = 120.0
"""s of training before its picture: some episodes for its curves."""
_NO_WARNING = ".mantine-Notification-root { display: none; }"
"""The view warns of painting by the CPU."""
_ADDRESS = re.compile(r"the operator's page: (\S+)")


@contextmanager
def graph(out: Path, **arguments: Value) -> Iterator[tuple[Session, str]]:
    """A running graph and the address of its page."""
    common = {"console": True, "console_port": 0, "episodes": 0, "out": str(out), "namespace": own_namespace()}
    logs = out / "logs"
    with up(PUSHING, common | arguments, logs, echo=None) as session:
        while (found := _ADDRESS.search((logs / "console.log").read_text())) is None:
            session.wait(0.2)
        yield session, found[1]


class Portrait:
    """A page whose 3-D view can be made to hold still: the CPU paints too slowly to picture it in motion."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._still = False
        page.route_web_socket("**/view", self._pass_on)

    def take(self, path: Path, whole: bool = False) -> None:
        """Picture the page as it is now."""
        self._still = True
        self.page.wait_for_timeout(SETTLE)
        self.page.screenshot(path=path, full_page=whole)
        self._still = False

    def _pass_on(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if self._still else socket.send(message))


@contextmanager
def portrait_of(chromium: Browser, url: str, size: tuple[int, int]) -> Iterator[Portrait]:
    """A painted page."""
    portraits: list[Portrait] = []
    with open_page(chromium, url, size, lambda page: portraits.append(Portrait(page))) as page:
        page.frames[1].add_style_tag(content=_NO_WARNING)
        page.wait_for_timeout(SETTLE)
        yield portraits[0]


def collecting(chromium: Browser, out: Path, folder: Path) -> None:
    """A person drives, with the camera on."""
    with graph(out, mode="collect", teleop="browser") as (_, url):
        with portrait_of(chromium, url, DESKTOP) as portrait:
            page = portrait.page
            page.wait_for_selector("#cameras option:nth-child(2)", state="attached")
            page.select_option("#cameras", index=1)
            page.wait_for_selector("#camera:visible")
            page.dispatch_event("[data-mark=start]:enabled", "click")
            page.wait_for_selector("[data-mark=success]:enabled")
            page.keyboard.down("ArrowRight")
            page.wait_for_timeout(DRIVE)
            portrait.take(folder / "collect.png")
            page.keyboard.up("ArrowRight")
        with portrait_of(chromium, url, PHONE) as portrait:
            portrait.take(folder / "collect-phone.png", whole=True)
            portrait.page.dispatch_event("#stop", "click")
            portrait.page.wait_for_selector("#stopped:visible")
            portrait.take(folder / "stopped-phone.png")


def training(chromium: Browser, run: Path, out: Path, folder: Path) -> None:
    """The learner at work, in real time."""
    with graph(out, mode="train", checkpoint=str(run / "checkpoints"), env_steps=0) as (session, url):
        session.wait(LEARN)
        for name, size in (("train", DESKTOP), ("train-phone", PHONE)):
            with portrait_of(chromium, url, size) as portrait:
                portrait.page.wait_for_function("Number(document.getElementById('rate').textContent) > 0")
                portrait.take(folder / f"{name}.png", whole=size == PHONE)


def main(run: Path, folder: Path) -> None:
    """Write the pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser(drawn=True) as chromium, TemporaryDirectory(prefix="awac_screenshots_") as out:
        collecting(chromium, Path(out) / "collect", folder)
        training(chromium, run, Path(out) / "train", folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else "docs/console"))
