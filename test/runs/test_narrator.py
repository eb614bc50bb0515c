"""What a job says is sensible with and without a terminal."""

import io

from rich.console import Console

from awac_ros.runs import narrator
from awac_ros.runs.narrator import Narrator


def told(terminal: bool) -> str:
    out = io.StringIO()
    with Narrator(Console(file=out, force_terminal=terminal, width=60)).bar("Collecting demos", 20) as bar:
        bar(20)
    return out.getvalue()


def test_without_a_terminal_there_are_only_plain_lines(monkeypatch):
    assert told(terminal=False) == "Collecting demos\n"
    monkeypatch.setattr(narrator, "SECONDS_BETWEEN_LINES", 0.0)
    assert told(terminal=False) == "Collecting demos\n  20 of 20\n"


def test_at_a_terminal_a_bar_shows_how_far_it_is():
    assert "20/20" in told(terminal=True)


def test_words_are_printed_as_they_are():
    out = io.StringIO()
    Narrator(Console(file=out, width=20)).say("the folder /tmp/[bold]/of a long name is untouched")
    assert out.getvalue() == "the folder /tmp/[bold]/of a long name is untouched\n"
