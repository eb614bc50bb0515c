"""The page on the `awac` command, as typer documents it."""

from __future__ import annotations

import html
import subprocess
import sys

from scripts.reference.table import NOTE

_READABLE = ("&#x27;", "&quot;", "&gt;", "&amp;")
"""What typer escapes without need."""


def page() -> str:
    """The whole page."""
    words = [sys.executable, "-m", "typer", "awac_ros.cli", "utils", "docs", "--name", "awac", "--title", "Commands"]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    for entity in _READABLE:
        text = text.replace(entity, html.unescape(entity))
    return text.replace("# Commands\n", f"# Commands\n\n{NOTE}\n", 1)
