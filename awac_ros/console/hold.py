"""The dead-man of the operator's page: one page at a time drives, and only while something is held there."""

from __future__ import annotations

import numpy as np

_STILL = np.zeros(6)


class Hold:
    """Whose hand is on the stick, and the twist it asks for; silence from the page counts as letting go."""

    def __init__(self, timeout: float) -> None:
        """`timeout`: s without a word of the page that holds."""
        self._timeout = timeout
        self._holder: str | None = None
        self.asked = _STILL
        """(6,) what the page that drives asked for last; zero while nobody does."""
        self._heard = 0.0
        self._keeper: str | None = None
        self._moved = False
        self._allowing: dict[str, float] = {}

    def drive(self, page: str, v_base_tip: np.ndarray, now: float) -> bool:
        """The page holds and asks for this twist (6,) at `now` (monotonic s); False while another page holds."""
        if self.holder(now) not in (None, page) or self._keeper not in (None, page):
            return False
        self._holder, self.asked, self._heard = page, v_base_tip, now
        return True

    def release(self, page: str) -> None:
        """The page has let go."""
        if self._holder == page:
            self._holder, self.asked = None, _STILL

    def allow(self, page: str, on: bool, now: float) -> None:
        """The page lets the arm move by itself at `now` (monotonic s), or no longer."""
        if on:
            self._allowing[page] = now
        else:
            self._allowing.pop(page, None)

    def allows(self, now: float) -> bool:
        """Whether a page drives, or lets the arm move by itself, at `now`."""
        allowing = any(now - heard <= self._timeout for heard in self._allowing.values())
        return allowing or self.holder(now) is not None

    def keep(self, page: str) -> bool:
        """The page takes control and keeps it, the arm still while nothing is held; False if another page has it."""
        if self._keeper not in (None, page):
            return False
        self._keeper = page
        return True

    def give_back(self, page: str) -> None:
        """The page takes control no longer."""
        if self._keeper == page:
            self._keeper = None

    def lose(self, page: str) -> bool:
        """The page is gone; whether it had control that it never gave back."""
        kept = self._keeper == page
        self.release(page)
        self.allow(page, False, 0.0)
        self.give_back(page)
        return kept

    def end(self) -> None:
        """Nobody drives any longer."""
        self._holder, self.asked, self._keeper = None, _STILL, None
        self._allowing.clear()

    def holder(self, now: float) -> str | None:
        """The page that drives at `now`, if any."""
        if self._holder is not None and now - self._heard > self._timeout:
            self.release(self._holder)
        return self._holder

    @property
    def keeper(self) -> str | None:
        """The page that has taken control, if any."""
        return self._keeper

    def twist(self, now: float) -> np.ndarray | None:
        """What to publish at `now`: (6,) as held, zero once after that or while control is kept, else None."""
        if self.holder(now) is not None:
            self._moved = True
            return self.asked
        if self._moved or self._keeper is not None:
            self._moved = False
            return _STILL
        return None


def towards(p_base_tip: np.ndarray, p_base_target: np.ndarray, gain: float, speed: float) -> np.ndarray:
    """(6,) twist that takes the tip to a target (3,) m: `gain` (1/s) times the way, at most `speed` m/s, level."""
    v_xy = gain * (p_base_target - p_base_tip)[:2]
    v_xy *= min(1.0, speed / max(float(np.linalg.norm(v_xy)), 1e-9))
    return np.array([*v_xy, 0.0, 0.0, 0.0, 0.0])
