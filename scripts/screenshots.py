"""Pictures of every view of the operator's page, from real graphs in a real browser: screenshots.py [FOLDER]."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from awac_ros.bench.browser import DESKTOP, PHONE, browser, open_page
from awac_ros.bench.policy import write_checkpoint
from awac_ros.nodes.description import Value
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.up import Session, up
from awac_ros.runs.monitor import own_namespace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SETTLE = 4.0
"""s until the CPU has painted the view."""
LEARN = 60.0
"""s of training before its picture."""
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


@contextmanager
def page_of(chromium: Browser, url: str, size: tuple[int, int]) -> Iterator[Page]:
    """A painted page."""
    with open_page(chromium, url, size) as page:
        view = page.frame_locator("#view")
        view.locator(".mantine-Notification-closeButton").dispatch_event("click")  # it warns of the slow painting
        time.sleep(SETTLE)
        yield page


def collecting(chromium: Browser, out: Path, folder: Path) -> None:
    """A person drives, with the camera on."""
    with graph(out, mode="collect", teleop="browser") as (_, url):
        with page_of(chromium, url, DESKTOP) as page:
            page.wait_for_selector("#cameras option:nth-child(2)", state="attached")
            page.select_option("#cameras", index=1)
            page.wait_for_selector("#camera:visible")
            page.dispatch_event("[data-mark=start]:enabled", "click")
            page.wait_for_selector("[data-mark=success]:enabled")
            page.keyboard.down("ArrowRight")
            time.sleep(2.0)
            page.screenshot(path=folder / "collect.png")
            page.keyboard.up("ArrowRight")
        with page_of(chromium, url, PHONE) as page:
            page.screenshot(path=folder / "collect-phone.png", full_page=True)
            page.dispatch_event("#stop", "click")
            page.wait_for_selector("#stopped:visible")
            page.screenshot(path=folder / "stopped-phone.png")


def training(chromium: Browser, out: Path, folder: Path) -> None:
    """The learner at work; in lockstep, so that there are curves soon."""
    write_checkpoint(out / "checkpoints")
    with graph(out, mode="train", lockstep=True, env_steps=0) as (session, url):
        session.wait(LEARN)
        for name, size in (("train", DESKTOP), ("train-phone", PHONE)):
            with page_of(chromium, url, size) as page:
                page.screenshot(path=folder / f"{name}.png", full_page=size == PHONE)


def main(folder: Path) -> None:
    """Write the pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser(drawn=True) as chromium:
        for view in (collecting, training):
            with TemporaryDirectory(prefix="awac_screenshots_") as out:
                view(chromium, Path(out), folder)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/console"))
