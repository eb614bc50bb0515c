"""docs/reference/ is what the code and the running nodes say today."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, "-m", "scripts.reference", str(folder)], cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("page", ["nodes.md", "messages.md", "launch.md", "commands.md"])
def test_a_page_of_the_reference_is_what_the_code_says(made, page) -> None:
    same = (COMMITTED / page).read_text() == (made / page).read_text()
    assert same, f"docs/reference/{page} is not of this code; make it anew: python -m scripts.reference"


def test_there_is_no_page_that_the_code_does_not_make(made) -> None:
    assert {page.name for page in COMMITTED.iterdir()} == {page.name for page in made.iterdir()}


def test_no_page_tells_of_the_machine_it_was_made_on(made) -> None:
    text = "".join(page.read_text() for page in made.iterdir())
    for folder in (ROOT, made, Path.home(), Path(sys.prefix)):
        assert f"{folder}/" not in text
