"""`awac rehearse pushing`: demonstrations, offline and online training with the driver between graph and arm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from awac_msgs.msg import EpisodeStatus
from awac_ros.bench.form import Measure, at_least, at_most, plain
from awac_ros.nodes.description import Start, Value
from awac_ros.nodes.graph import PUSHING
from awac_ros.nodes.up import Session
from awac_ros.rehearsal.table import Table
from awac_ros.runs.evaluations import mean, read_all
from awac_ros.runs.folder import RunFolder, open_run
from awac_ros.runs.judge import Judge
from awac_ros.runs.monitor import own_namespace
from awac_ros.runs.narrator import Narrator
from awac_ros.runs.phases import POLL, Phases
from awac_ros.runs.report import LAST_EVALUATIONS
from awac_ros.runs.settings import PushingSettings
from awac_ros.runs.workers import Workers

PARENT = Path("runs/rehearsal")
"""Where runs lie that are given no folder."""


@dataclass
class Conduct:
    """What the robot and the person beside it counted, over every graph of this start."""

    refused: int = 0
    """Commands that the robot refused."""
    resumed: int = 0
    """Stops after which the person resumed the arm."""


class _Attended(Session):
    """A graph that ends with its table."""

    def __init__(self, starts: list[Start], folder: Path, table: Table) -> None:
        self._table = table
        super().__init__(starts, folder, echo=None)

    def poll(self) -> bool:
        self._table.check()
        return super().poll()


class ThroughDriver(Phases):
    """The phases of a pushing run, its graphs in real time on the simulated robot."""

    def __init__(
        self, settings: PushingSettings, folder: RunFolder, narrator: Narrator, crew: Workers, judge: Judge
    ) -> None:
        super().__init__(settings, folder, narrator, crew, judge)
        self.conduct = Conduct()

    def act(self, episodes: int) -> float:
        """The share of episodes through the driver that the newest policy ends with the puck at its goal."""
        words = f"Judging the policy in {episodes} episodes through the driver"
        with self._narrator.bar(words, episodes) as told, self._table() as table:
            arguments = {"mode": "eval", "checkpoint": str(self._folder.checkpoints), "episodes": episodes}
            with self._at(table, arguments) as session:
                while not session.wait(POLL):
                    told(len(table.outcomes))
            outcomes = table.outcomes
        return sum(outcome == EpisodeStatus.SUCCESS for outcome in outcomes) / max(len(outcomes), 1)

    def _judge_meanwhile(self) -> None:
        """Nothing: the machine is the graph's, and the newest policy changes until the learner has caught up."""

    @contextmanager
    def _graph(self, arguments: dict[str, Value]) -> Iterator[Session]:
        with self._table() as table, self._at(table, arguments) as session:
            yield session

    @contextmanager
    def _table(self) -> Iterator[Table]:
        with Table(self._folder.path / "robot", own_namespace()) as table:
            yield table
            self.conduct.refused += table.refusals()
            self.conduct.resumed += table.resumed

    def _at(self, table: Table, arguments: dict[str, Value]) -> Session:
        common = {
            "sim": False,
            "teleop": "scripted",
            "console": False,
            "params_file": str(table.params_file),
            "out": str(self._folder.path),
            "seed": self._settings.seed,
            "namespace": own_namespace(),
        }
        self._folder.logs.mkdir(exist_ok=True)
        return _Attended(PUSHING.plan(common | arguments), self._folder.logs, table)


def rehearse_pushing(
    settings: PushingSettings, out: Path | None, episodes: int, narrator: Narrator | None = None
) -> list[Measure]:
    """Begin the run, or go on with it, and judge what it came to in the direct simulation and through the driver."""
    narrator = narrator or Narrator()
    folder = open_run(settings, out, PARENT)
    narrator.say(f"{'Going on with' if folder.seconds() else 'Beginning'} {folder.path}")
    with folder.locked(), Workers() as crew:
        jury = Judge(crew, folder.policies, folder.evaluations, settings.seed, settings.evaluation_episodes)
        phases = ThroughDriver(settings, folder, narrator, crew, jury)
        for name in ("demos", "random", "offline", "before", "online", "after"):
            with folder.timed(name):
                getattr(phases, name)()
        with folder.timed("through the driver"):
            through_driver = phases.act(episodes)
        return _measures(folder, phases, through_driver)


def _measures(folder: RunFolder, phases: ThroughDriver, through_driver: float) -> list[Measure]:
    evaluations, counts = read_all(folder.evaluations), phases.counts()
    offline = mean([one for one in evaluations if one.env_steps == 0][-1:])
    online = mean([one for one in evaluations if one.env_steps > 0][-LAST_EVALUATIONS:])
    return [
        plain("after offline training: success at the end, direct simulation", offline["final_success"], "share"),
        at_least(
            "after online training: success at the end, direct simulation", online["final_success"], "share", 0.95
        ),
        at_least("after online training: success at the end, through the driver", through_driver, "share", 0.9),
        plain("online steps", counts.trained, "steps"),
        at_most("difference of acted and stored", abs(counts.acted - counts.stored), "transitions", 0),
        at_most("difference of stored and trained on", abs(counts.stored - counts.trained), "transitions", 0),
        at_most("repeated keys", counts.repeated_keys, "transitions", 0),
        at_most("commands that the robot refused", phases.conduct.refused, "commands", 0),
        plain("stops after which the person resumed", phases.conduct.resumed, "stops"),
        *(plain(f"time: {name}", seconds, "s") for name, seconds in folder.seconds().items()),
    ]
