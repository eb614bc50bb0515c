"""The page that asks what to do next, where no graph is running."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from awac_ros.console.access import Access
from awac_ros.console.web import Handlers, PageServer
from awac_ros.console.words import Kind, Word

_PERIOD = 0.5
"""s between two words to the page, which takes silence for a lost connection."""


@dataclass(frozen=True)
class Offer:
    """One thing that can be done."""

    mode: str
    words: str
    """What it is."""
    refusal: str | None = None
    """Why it can't be done now; None where it can."""


class Chooser:
    """Serves the page on this machine alone; leave the `with` block to free its port."""

    def __init__(self, port: int, offers: Sequence[Offer]) -> None:
        """AwacError if neither `port` nor one of the next is free."""
        self._offers = {offer.mode: offer for offer in offers}
        self._chosen: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._server = PageServer(
            Access("127.0.0.1"), port, 0, Handlers(self._take, lambda page: None), front="choose.html"
        )

    def __enter__(self) -> Chooser:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def port(self) -> int:
        return self._server.port

    def wait(self) -> str:
        """The mode that somebody chose."""
        while True:
            self._server.tell("offers", {"offers": [asdict(offer) for offer in self._offers.values()]})
            try:
                return self._chosen.get(timeout=_PERIOD)
            except queue.Empty:
                continue

    def _take(self, page: str, word: Word) -> None:
        """In the page server's thread."""
        offer = self._offers.get(word.text) if word.kind is Kind.CHOOSE else None
        if offer is not None and offer.refusal is None:
            self._chosen.put(offer.mode)
