"""The random numbers of one seed of a study, for each use their own, and for every variant the same."""

from __future__ import annotations

from typing import Literal

import numpy as np

_USES = ("random", "clone", "online", "evaluation")


def derive(seed: int, use: Literal["random", "clone", "online", "evaluation"]) -> int:
    """A seed that no other use of `seed` and no other seed shares."""
    return int(np.random.SeedSequence([seed, _USES.index(use)]).generate_state(1)[0])
