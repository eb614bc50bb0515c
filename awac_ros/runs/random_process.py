"""Old data of the worst kind: episodes of the random process, on every worker."""

from __future__ import annotations

from concurrent.futures import as_completed
from pathlib import Path

from awac_ros.data import Episode, demos
from awac_ros.runs import workers
from awac_ros.runs.narrator import Narrator
from awac_ros.runs.workers import Workers
from awac_ros.tasks import Pushing


def record_random(path: Path, count: int, seed: int, crew: Workers, narrator: Narrator) -> list[Episode]:
    """Write `count` episodes in the plain environment to a file of demonstrations, which it replaces."""
    words = f"Making {count} episodes of the random process, good and bad, in the plain environment"
    with narrator.bar(words, count) as told:
        futures = [crew.act_at_random(seed, share) for share in workers.shares(count)]
        done = 0
        for future in as_completed(futures):
            done += len(future.result())
            told(done)
    episodes = [episode for future in futures for episode in future.result()]
    demos.write(path, Pushing().layout, episodes)
    return episodes
