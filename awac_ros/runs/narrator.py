"""What a person reads while a job runs: a line of plain words for each phase, and a bar where there is a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

Advance = Callable[[float], None]
"""Say how much is done by now, in the units of the bar's total."""

SECONDS_BETWEEN_LINES = 20.0
"""Where no bar can be drawn, a line about the progress comes so often at most."""


class Narrator:
    """Tells the phases of a job; `console` says whether anybody watches at a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)

    def say(self, words: str, style: str | None = None) -> None:
        self.console.print(words, style=style, markup=False, soft_wrap=True)

    @contextmanager
    def bar(self, words: str, total: float, done: float = 0.0) -> Iterator[Advance]:
        """A phase that goes from `done` to `total`."""
        self.say(words, "bold")
        if self.console.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            with Progress(*columns, console=self.console, transient=True) as progress:
                task = progress.add_task("", total=total, completed=done)
                yield lambda now: progress.update(task, completed=now)
        else:
            yield _Lines(self, total)


class _Lines:
    """Progress as a line of text now and then."""

    def __init__(self, narrator: Narrator, total: float) -> None:
        self._narrator = narrator
        self._total = total
        self._next = time.monotonic() + SECONDS_BETWEEN_LINES
        self._said = 0.0

    def __call__(self, now: float) -> None:
        if now > self._said and time.monotonic() >= self._next:
            self._said = now
            self._next = time.monotonic() + SECONDS_BETWEEN_LINES
            self._narrator.say(f"  {now:,.0f} of {self._total:,.0f}")
