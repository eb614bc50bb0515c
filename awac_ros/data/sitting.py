"""One sitting of recording demonstrations: each is on the disk at once, and the last can still be corrected."""

from __future__ import annotations

from pathlib import Path

from awac_ros.data import demos
from awac_ros.data.demos import DemoWriter
from awac_ros.data.episode import Episode, Outcome
from awac_ros.data.labels import RewardRule, relabel
from awac_ros.data.layout import Layout
from awac_ros.errors import AwacError


class Sitting:
    """Records into a file, new or old; only what was recorded since can be taken back or relabelled."""

    def __init__(self, path: Path, layout: Layout, rule: RewardRule) -> None:
        """AwacError, and nothing changed, if the file is of another task or reward rule, or can't be read."""
        self._writer = DemoWriter(path, layout, rule)
        self._rule = rule
        self._before = demos.count(path)
        self._recorded: list[tuple[int, Episode]] = []

    def record(self, episode: Episode) -> int:
        """Add the episode; returns the number n of its group demo_n."""
        number = self._writer.append(episode)
        self._recorded.append((number, episode))
        return number

    def undo(self) -> int:
        """Take the last demonstration out of the file; returns its number. AwacError if there is none."""
        number, _ = self._newest()
        self._writer.remove(number)
        self._recorded.pop()
        return number

    def relabel(self, outcome: Outcome) -> int:
        """Judge the last demonstration anew, rewards included; returns its number. AwacError if there is none."""
        number, episode = self._newest()
        corrected = relabel(episode, outcome, self._rule)
        self._writer.replace(number, corrected)
        self._recorded[-1] = number, corrected
        return number

    def __len__(self) -> int:
        """Demonstrations recorded in this sitting and not taken back."""
        return len(self._recorded)

    @property
    def total(self) -> int:
        """Demonstrations in the file."""
        return self._before + len(self._recorded)

    @property
    def last(self) -> Episode | None:
        """The demonstration that was recorded last in this sitting."""
        return self._recorded[-1][1] if self._recorded else None

    def _newest(self) -> tuple[int, Episode]:
        if not self._recorded:
            raise AwacError("nothing was recorded since the recorder started; older demonstrations stay as they are")
        return self._recorded[-1]
