"""python -m scripts.reference [FOLDER]: write every page of the reference into docs/reference/, or into FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.reference import commands, launch, messages, nodes

PAGES = {"nodes.md": nodes.page, "messages.md": messages.page, "launch.md": launch.page, "commands.md": commands.page}


def main(folder: Path) -> None:
    """Write the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page())


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference"))
