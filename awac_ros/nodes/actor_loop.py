"""The actor's loop: set a scene, wait for the start, act until the episode ends, and see to it that nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import numpy as np
from rclpy.impl.rcutils_logger import RcutilsLogger

from awac_msgs.msg import EpisodeStatus
from awac_ros.data import Outcome
from awac_ros.data.labels import LiveRule
from awac_ros.errors import AwacError
from awac_ros.nodes.actor_config import COLLECT, EVAL, TRAIN, ActorConfig
from awac_ros.nodes.actor_episode import ActorEpisode, Choice
from awac_ros.nodes.actor_parts import ActorParts
from awac_ros.nodes.actor_waits import ActorWaits
from awac_ros.nodes.observer import Moment
from awac_ros.nodes.pacing import Pacing, StateLost
from awac_ros.nodes.puck_return import PuckReturn, Surroundings
from awac_ros.tasks import Scene


class ActorLoop:
    """Runs one episode at a time; `poll` is called at every turn of every wait, and must not block."""

    def __init__(self, parts: ActorParts, config: ActorConfig, log: RcutilsLogger, poll: Callable[[], None]) -> None:
        self.parts = parts
        self.waits = ActorWaits(parts, config, log, poll)
        self._config = config
        self._log = log
        self._poll = poll
        self._task = parts.task
        self._answered_by_operator = config.lockstep and config.mode == COLLECT
        self.pacing: Pacing | None = None
        """Of the newest run; None before the first."""
        self._overruns = 0
        """Of the runs before."""
        self.acted = 0
        """Transitions made since the start."""
        self.episodes = 0
        """Episodes begun since the start."""
        self.kept = 0
        """Episodes ended and not discarded."""
        self.trouble: str | None = None
        """Why the newest episode was cut short; None once one has ended well."""

    def run(self, pacing: Pacing) -> None:
        """Episodes until what was asked for is made, and the buffer has acknowledged it; Deactivated before that."""
        self._overruns = self.overruns
        self.pacing = self.waits.pacing = pacing
        while not (done := self._done()) or self.parts.outbox.queued:
            self.waits.turn()
            if done:
                self.waits.delivery()
            else:
                self.run_episode()

    def run_episode(self) -> None:
        """From the scene to the word that it has ended; a lost state ends it as discarded."""
        number, seed = self.episodes, self._config.seed
        scene = self._task.sample_scene(np.random.default_rng([seed, number, 0]))
        self.waits.policy()
        self.waits.arm()
        rewards = cast(LiveRule, self._config.reward)
        episode = ActorEpisode(self._task, scene.goal, self.parts.actor_id, number, self._limit(), rewards)
        if self._config.push_back:
            self._push_back(episode, scene)
        stamp = self.waits.scene(scene)
        self._await_start(episode, scene, stamp)
        self.episodes += 1
        self.parts.topics.send_episode(EpisodeStatus.RUNNING, episode, stamp)
        try:
            stamp = self._act(episode, np.random.default_rng([seed, number, 1]))
            outcome, self.trouble = episode.outcome, None
        except StateLost as lost:
            self.pacing.halt()
            outcome, self.trouble = Outcome.DISCARDED, str(lost)
            self._log.error(f"episode {number} is discarded: {lost}")
        except AwacError:
            self._emit(episode)
            raise
        self._emit(episode)
        self.parts.outbox.flush()
        self.parts.topics.send_episode(EpisodeStatus.ENDED, episode, stamp, outcome)
        self.kept += outcome is not Outcome.DISCARDED

    @property
    def rate(self) -> float:
        """Achieved control rate, Hz."""
        return self.pacing.rate if self.pacing else 0.0

    @property
    def overruns(self) -> int:
        """Deadlines missed since the start."""
        return self._overruns + (self.pacing.overruns if self.pacing else 0)

    def _act(self, episode: ActorEpisode, rng: np.random.Generator) -> float:
        """Act until the episode ends; the stamp of its last moment."""
        while True:
            moment = self.pacing.next()
            if stopped := self.waits.stopped():
                raise StateLost(stopped)
            if self.parts.outbox.full:
                raise StateLost(f"{self.parts.outbox.warning()}; {self.parts.delivery.trouble}")
            if episode.observe(moment, self._verdict(moment)):
                self.pacing.halt()
                return moment.stamp
            choice = self._choose(episode, moment, rng)
            self.waits.message = f"{'acting in' if choice else 'waiting for the dead-man in'} episode {episode.number}"
            self.pacing.command(episode.hold() if choice is None else episode.act(choice))
            if not self._config.lockstep:
                self._emit(episode)
            self._poll()

    def _choose(self, episode: ActorEpisode, moment: Moment, rng: np.random.Generator) -> Choice | None:
        """The action and who chose it; None while the episode waits for the human."""
        if not self.parts.topics.arm_held:
            return None
        if (human := self._ask_human(moment)) is not None:
            return Choice(self._task.action(human), intervened=True)
        if self._config.mode == COLLECT and not self._config.record_idle:
            return None
        if self._config.mode == COLLECT:
            return Choice(np.zeros(self._task.layout.action_size, np.float32))
        policy = self.parts.slot.policy
        assert policy is not None
        if self._config.mode == EVAL:
            return Choice(policy.mean(episode.observation), policy_version=self.parts.slot.version)
        return Choice(policy.sample(episode.observation, rng), policy_version=self.parts.slot.version)

    def _ask_human(self, moment: Moment) -> np.ndarray | None:
        if self._answered_by_operator:
            return self.parts.human.answer(moment.stamp)
        held = self.parts.human.held(time.monotonic(), moment.stamp)
        if self.parts.human.refusal:
            self._log.error(self.parts.human.refusal, throttle_duration_sec=1.0)
        return held

    def _verdict(self, moment: Moment) -> Outcome | None:
        """How the operator, or rest, ends the episode now, if at all."""
        while True:
            if self._answered_by_operator:
                self.waits.until(
                    lambda: self.parts.human.answer(moment.stamp) is not None or self.parts.human.has_mark(),
                    lambda: "waiting for the operator's answer on teleop/twist",
                )
            while (mark := self.parts.human.take_mark()) is not None:
                self.waits.heed(mark)
                if mark.outcome is not None:
                    return mark.outcome
            if self.waits.resting:
                return Outcome.DISCARDED
            if not self._answered_by_operator or self.parts.human.answer(moment.stamp) is not None:
                return None

    def _emit(self, episode: ActorEpisode) -> None:
        new = episode.take_new()
        if new is None:
            return
        self.acted += len(new)
        if self._config.mode == TRAIN:
            self.parts.outbox.put(new)
        self.parts.topics.send_transitions(new)

    def _push_back(self, episode: ActorEpisode, scene: Scene) -> None:
        """The puck to where the episode starts; asking the operator is an episode that waits for its START."""

        def ask(sentence: str) -> None:
            self._log.warning(sentence)
            self._forget_marks()
            seen = self.parts.observer.newest()
            self.parts.topics.send_episode(EpisodeStatus.WAITING, episode, seen.stamp if seen else 0.0)
            self.waits.start(sentence)

        def poll(doing: str) -> None:
            self.waits.message = doing
            self.waits.heed_stop()
            self.waits.turn()

        held = lambda: self.parts.topics.arm_held  # noqa: E731
        around = Surroundings(self._ask_human, self.waits.stopped, held, self.waits.arm, ask, poll)
        PuckReturn(self._task, around).run(self.pacing, scene.p_base_puck)

    def _await_start(self, episode: ActorEpisode, scene: Scene, stamp: float) -> None:
        self.parts.topics.send_goal(self._task.p_base_goal(scene.goal), stamp)
        if self._config.mode == COLLECT:
            self.waits.until(self.parts.topics.is_recorded, lambda: "waiting for the recorder to listen on transitions")
        self._forget_marks()
        if self._config.mode != COLLECT:
            return
        self.parts.topics.send_episode(EpisodeStatus.WAITING, episode, stamp)
        self.waits.start("waiting for the operator's START on episode/mark")

    def _forget_marks(self) -> None:
        """Said before anybody was asked, they are no answer; but a stop is one."""
        while (mark := self.parts.human.take_mark()) is not None:
            self.waits.heed(mark)

    def _limit(self) -> int:
        left = self._config.env_steps - self._steps_made if self._config.env_steps else self._task.horizon
        return min(self._task.horizon, left)

    def _done(self) -> bool:
        """Whether as many episodes or transitions have been made as were asked for."""
        enough_episodes = 0 < self._config.episodes <= self.kept
        return enough_episodes or 0 < self._config.env_steps <= self._steps_made

    @property
    def _steps_made(self) -> int:
        """What a killed actor made and could not deliver counts as made here."""
        return self.acted + self.parts.outbox.inherited
