"""What the pages have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "Made from the code by `python -m scripts.reference`; not by hand."


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; columns without any content are left out. Empty where there are no rows."""
    rows = list(rows)
    if not rows:
        return ""
    kept = [column for column in range(len(heads)) if any(row[column] for row in rows)]
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(_cell(line[column]) for column in kept)} |\n" for line in lines)


def code(text: str) -> str:
    """As code, or nothing where it is empty."""
    return f"`{text}`" if text else ""


def plain(text: str) -> str:
    """Words in <angle brackets> kept from being taken for HTML."""
    return text.replace("<", "&lt;")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
