"""A headless Chromium with the operator's page open, driven through playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from awac_ros.errors import AwacError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_ARGUMENTS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_WITHOUT_GPU = ("--disable-gpu", "--disable-3d-apis")
_DRAWN_BY_CPU = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
_PATIENCE = 150_000
"""ms, for whatever the page shall show."""
_A_MOMENT = 1_000
"""ms, for what it shows already."""
DESKTOP, PHONE = (1280, 800), (390, 844)
"""Widths and heights, pixels."""


def missing() -> str | None:
    """One sentence on what a headless Chromium needs and is not here, or None."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed; pip install -r requirements-dev.txt"
    return None if shutil.which("chromium") else "there is no chromium here; apt-get install chromium"


@contextmanager
def browser(drawn: bool = False) -> Iterator[Browser]:
    """A headless Chromium; 3-D is painted only where `drawn`, slowly, by the CPU.

    AwacError where Chromium or playwright is missing.
    """
    if (lack := missing()) is not None:
        raise AwacError(lack)
    from playwright.sync_api import sync_playwright

    arguments = [*_ARGUMENTS, *(_DRAWN_BY_CPU if drawn else _WITHOUT_GPU)]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start for root with it
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=arguments)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def open_page(
    chromium: Browser, url: str, size: tuple[int, int] = DESKTOP, prepare: Callable[[Page], None] = lambda page: None
) -> Iterator[Page]:
    """The operator's page at `url`, once it is connected; `prepare` is called with the empty page before."""
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(_PATIENCE)
    try:
        prepare(page)
        page.goto(url)
        page.wait_for_selector("#link[data-level=ok]")
        yield page
    except Exception as error:
        error.add_note(f"the page shows:\n{page.inner_text('body', timeout=_A_MOMENT)}")
        raise
    finally:
        page.close()
