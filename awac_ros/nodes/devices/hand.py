"""From what a device says to the twists of a person: none without the dead-man, and none through a stop."""

from __future__ import annotations

import numpy as np

from awac_ros.nodes.devices.device import Reading
from awac_ros.nodes.devices.mapping import Motion

_TIP_TIMEOUT = 0.2


class Hand:
    """Holds the arm while the dead-man is held; a dead-man held through a stop counts again once it was let go."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion
        self._ready = True
        self.holds = False
        """Whether the last twist was one of a held dead-man."""
        self._q_base_tip = np.array([0.0, 0.0, 0.0, 1.0])
        self._tip_seen = -np.inf
        self.arm_stopped: str | None = None
        """Why the arm is stopped, or None."""
        self.trouble: str | None = None
        """Why a held dead-man is not followed, or None."""

    def see_tip(self, q_base_tip: np.ndarray, now: float) -> None:
        """The tip's orientation (4,) xyzw, needed where the mapping's directions are the tip's."""
        self._q_base_tip, self._tip_seen = q_base_tip, now

    def twist(self, reading: Reading, now: float) -> np.ndarray | None:
        """What to publish at `now` (monotonic s): (6,) while held, zeros once it is let go, then None."""
        self.trouble = self._refusal(reading, now)
        if reading.deflection is None:
            self._ready = True
        elif self.arm_stopped is not None:
            self._ready = False
        if reading.deflection is None or self.trouble or not self._ready:
            return self.let_go()
        self.holds = True
        return self._motion.twist(reading.deflection, self._q_base_tip)

    def let_go(self) -> np.ndarray | None:
        """Zeros (6,) if it was held, else None."""
        held, self.holds = self.holds, False
        return np.zeros(6) if held else None

    def _refusal(self, reading: Reading, now: float) -> str | None:
        if reading.deflection is None:
            return None
        if self.arm_stopped is not None:
            return f"the arm is stopped ({self.arm_stopped}); ask to resume, and take the dead-man anew"
        if self._motion.frame == "tip" and now - self._tip_seen > _TIP_TIMEOUT:
            return "the directions are the tip's, and tip_pose is silent; check the arm node"
        return None
