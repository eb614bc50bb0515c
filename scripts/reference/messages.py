"""The page on messages, services and actions: the files of awac_msgs themselves, which say what each field means."""

from __future__ import annotations

from pathlib import Path

from scripts.reference.table import NOTE

_PACKAGE = Path(__file__).resolve().parents[2] / "awac_msgs"


def page() -> str:
    """The whole page."""
    parts = [f"# Messages, services and actions\n\n{NOTE} They are those of the package `awac_msgs`; units are SI."]
    for title, folder in (("Messages", "msg"), ("Services", "srv"), ("Actions", "action")):
        parts.append(f"## {title}")
        parts += [f"### {file.stem}\n\n```\n{file.read_text().strip()}\n```" for file in sorted(_files(folder))]
    return "\n\n".join(parts) + "\n"


def _files(folder: str) -> list[Path]:
    return list((_PACKAGE / folder).glob(f"*.{folder}"))
