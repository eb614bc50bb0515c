"""`awac up --choose`, with a person before its page."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from awac_ros.bench.browser import browser, missing, open_page
from awac_ros.cli import app


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_a_person_chooses_on_the_page_ends_the_graph_there_and_is_asked_again(tmp_path: Path, awac_process) -> None:
    command = awac_process("up", "pushing", "--choose", "out:=mine", "console_port:=0")
    with browser() as chromium, open_page(chromium, command.page()) as page:
        page.wait_for_selector("[data-mode=collect]:enabled")
        assert "nothing to begin with" in page.inner_text(".card:has([data-mode=train])")
        assert "no checkpoint here" in page.inner_text(".card:has([data-mode=eval])")
        assert page.is_disabled("[data-mode=train]") and page.is_disabled("[data-mode=eval]")
        page.click("[data-mode=collect]")
        page.wait_for_selector("#mode:visible")
        assert page.inner_text("#mode") == "collect"
        page.click("#end")
        page.wait_for_selector("[data-mode=collect]:enabled")
        command.interrupt()
        assert "Stopped; the same command goes on." in command.end()
    assert (tmp_path / "mine/logs/recorder.log").exists()


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("mode:=eval", "leave out mode:=eval, or --choose"),
        ("console:=false", "needs the operator's page"),
        ("sim:=false", "--choose is for the simulated arm"),
    ],
)
def test_what_does_not_go_with_it_is_refused(argument: str, sentence: str) -> None:
    result = CliRunner().invoke(app, ["up", "pushing", "--choose", argument])
    assert result.exit_code == 2 and sentence in result.stderr
