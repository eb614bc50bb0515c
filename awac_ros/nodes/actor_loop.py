"""The actor's loop: set a scene, wait for the start, act until the episode ends, and see to it that nothing is lost."""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
from rclpy.node import Node

from awac_msgs.msg import EpisodeStatus
from awac_ros.data import Outcome
from awac_ros.data.labels import RewardRule
from awac_ros.errors import AwacError
from awac_ros.nodes.actor_config import COLLECT, EVAL, TRAIN, ActorConfig
from awac_ros.nodes.actor_episode import ActorEpisode, Choice
from awac_ros.nodes.actor_topics import ActorTopics
from awac_ros.nodes.arm_client import ArmClient
from awac_ros.nodes.delivery import Delivery
from awac_ros.nodes.human import Human, Mark
from awac_ros.nodes.observer import Moment, Observer
from awac_ros.nodes.outbox import Outbox, open_journals
from awac_ros.nodes.pacing import Pacing, StateLost
from awac_ros.nodes.policy_slot import PolicySlot
from awac_ros.nodes.puck_return import PuckReturn, Surroundings
from awac_ros.tasks import Scene, make_task

_LOCKSTEP_PATIENCE = 5.0
_SAY_AFTER = 1.0


class ActorLoop:
    """Runs one episode at a time; `poll` is called at every turn of every wait, and must not block."""

    pacing: Pacing

    def __init__(self, node: Node, config: ActorConfig, poll: Callable[[], None]) -> None:
        self._log = node.get_logger()
        self._config = config
        self._poll = poll
        self.task = make_task(config.task)
        self.actor_id = uuid.uuid4().hex
        self.observer = Observer(_LOCKSTEP_PATIENCE if config.lockstep else config.state_timeout)
        self.human = Human(config.teleop_timeout)
        self.slot = PolicySlot(self.task.layout)
        if config.weights:
            self.slot.load(Path(config.weights), time.monotonic())
        # An evaluation judges the file it was given, whatever a learner publishes meanwhile.
        follows_learner = config.mode == TRAIN or (config.mode == EVAL and not config.weights)
        self.topics = ActorTopics(
            node, self.task.layout, self.actor_id, self.observer, self.human, self.slot if follows_learner else None
        )
        self.out = Path(config.out or f"{tempfile.gettempdir()}/awac_actor_{self.actor_id}")
        """The folder that keeps what the buffer has not acknowledged."""
        trains = config.mode == TRAIN
        journals = open_journals(self.out, self.task.layout, self.actor_id) if trains else []
        self.outbox = Outbox(journals, config.max_queued)
        self.delivery = Delivery(node, self.outbox, self.task.layout)
        self._arm = ArmClient(node)
        self._answered_by_operator = config.lockstep and config.mode == COLLECT
        self.acted = 0
        """Transitions made since the start."""
        self.episodes = 0
        """Episodes begun since the start."""
        self.kept = 0
        """Episodes ended and not discarded."""
        self.message = "starting"
        """Plain words: what the actor does or waits for."""
        self.trouble: str | None = None
        """Why the newest episode was cut short; None once one has ended well."""

    def run(self) -> None:
        """Episodes until what was asked for is made, and the buffer has acknowledged it."""
        while not (done := self._done()) or self.outbox.queued:
            if done:
                self._await_delivery()
            else:
                self.run_episode()

    def close(self) -> None:
        """Leave on disk what the buffer has not acknowledged; a temporary folder without that is removed."""
        self.outbox.close()
        if self._config.mode == TRAIN and not self._config.out and not self.outbox.queued:
            shutil.rmtree(self.out)

    def run_episode(self) -> None:
        """From the scene to the word that it has ended; a lost state ends it as discarded."""
        number, seed = self.episodes, self._config.seed
        scene = self.task.sample_scene(np.random.default_rng([seed, number, 0]))
        self._await_policy()
        self._await_arm()
        rewards = cast(RewardRule, self._config.reward)
        episode = ActorEpisode(self.task, scene.goal, self.actor_id, number, self._limit(), rewards)
        if self._config.push_back:
            self._push_back(episode, scene)
        stamp = self._set_scene(scene)
        self._await_start(episode, scene, stamp)
        self.episodes += 1
        self.topics.send_episode(EpisodeStatus.RUNNING, episode, stamp)
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
        self.outbox.flush()
        self.topics.send_episode(EpisodeStatus.ENDED, episode, stamp, outcome)
        self.kept += outcome is not Outcome.DISCARDED

    def _act(self, episode: ActorEpisode, rng: np.random.Generator) -> float:
        """Act until the episode ends; the stamp of its last moment."""
        while True:
            moment = self.pacing.next()
            if stopped := self._stopped():
                raise StateLost(stopped)
            if self.outbox.full:
                raise StateLost(f"{self.outbox.warning()}; {self.delivery.trouble}")
            if episode.observe(moment, self._verdict(moment)):
                self.pacing.halt()
                return moment.stamp
            choice = self._choose(episode, moment, rng)
            self.message = f"{'acting in' if choice else 'waiting for the dead-man in'} episode {episode.number}"
            self.pacing.command(episode.hold() if choice is None else episode.act(choice))
            if not self._config.lockstep:
                self._emit(episode)
            self._poll()

    def _choose(self, episode: ActorEpisode, moment: Moment, rng: np.random.Generator) -> Choice | None:
        """The action and who chose it; None while the episode waits for the human."""
        if not self.topics.arm_held:
            return None
        if (human := self._ask_human(moment)) is not None:
            return Choice(self.task.action(human), intervened=True)
        if self._config.mode == COLLECT and not self._config.record_idle:
            return None
        if self._config.mode == COLLECT:
            return Choice(np.zeros(self.task.layout.action_size, np.float32))
        policy = self.slot.policy
        assert policy is not None
        if self._config.mode == EVAL:
            return Choice(policy.mean(episode.observation), policy_version=self.slot.version)
        return Choice(policy.sample(episode.observation, rng), policy_version=self.slot.version)

    def _ask_human(self, moment: Moment) -> np.ndarray | None:
        if self._answered_by_operator:
            return self.human.answer(moment.stamp)
        held = self.human.held(time.monotonic(), moment.stamp)
        if self.human.refusal:
            self._log.error(self.human.refusal, throttle_duration_sec=1.0)
        return held

    def _verdict(self, moment: Moment) -> Outcome | None:
        """How the operator ends the episode now, if at all."""
        while True:
            if self._answered_by_operator:
                self._wait(
                    lambda: self.human.answer(moment.stamp) is not None or self.human.has_mark(),
                    lambda: "waiting for the operator's answer on teleop/twist",
                )
            while (mark := self.human.take_mark()) is not None:
                self._heed(mark)
                if mark.outcome is not None:
                    return mark.outcome
            if not self._answered_by_operator or self.human.answer(moment.stamp) is not None:
                return None

    def _heed(self, mark: Mark) -> None:
        if mark is Mark.STOP:
            self._arm.stop()
            self.topics.arm_stopped = "the operator said stop"

    def _emit(self, episode: ActorEpisode) -> None:
        new = episode.take_new()
        if new is None:
            return
        self.acted += len(new)
        if self._config.mode == TRAIN:
            self.outbox.put(new)
        self.topics.send_transitions(new)

    def _await_arm(self) -> None:
        self._wait(lambda: self._stopped() is None, lambda: str(self._stopped()))
        self._wait(lambda: self.pacing.trouble() is None, lambda: str(self.pacing.trouble()))
        self._wait(lambda: not self.outbox.full, lambda: f"{self.outbox.warning()}; {self.delivery.trouble}")

    def _stopped(self) -> str | None:
        """One sentence while the arm must not move, or None."""
        if self.topics.arm_stopped is not None:
            return f"the arm is stopped ({self.topics.arm_stopped}); call arm/resume"
        if self._arm.is_stopping():
            return "the arm has not confirmed arm/stop yet; check the arm node"
        return None

    def _await_policy(self) -> None:
        if self._config.mode == COLLECT:
            return
        in_step = self._config.mode == TRAIN and self._config.lockstep
        self._wait(
            lambda: self.slot.environment_steps >= 0 if in_step else self.slot.policy is not None,
            lambda: "waiting for weights on policy/weights: start the learner node",
        )
        if in_step:
            self._await_delivery()
            self._wait(
                lambda: self.slot.environment_steps >= self.delivery.total,
                lambda: (
                    self.topics.missed() or f"waiting for the learner to train on {self.delivery.total} transitions"
                ),
            )

    def _await_delivery(self) -> None:
        self._wait(lambda: self.outbox.queued == 0, lambda: f"waiting for the buffer: {self.delivery.trouble}")

    def _set_scene(self, scene: Scene) -> float:
        """The stamp of the scene's first state."""
        self._arm.ask_scene(scene)
        self._wait(
            lambda: self._arm.scene_stamp() is not None,
            lambda: f"waiting for arm/reset: {self._arm.waits_for or 'start the arm node'}",
        )
        stamp = self._arm.scene_stamp()
        assert stamp is not None
        self.pacing.begin(stamp)
        return stamp

    def _push_back(self, episode: ActorEpisode, scene: Scene) -> None:
        """The puck to where the episode starts; asking the operator is an episode that waits for its START."""

        def ask(sentence: str) -> None:
            self._log.warning(sentence)
            seen = self.observer.newest()
            self.topics.send_episode(EpisodeStatus.WAITING, episode, seen.stamp if seen else 0.0)
            self._await_mark(sentence)

        def poll(doing: str) -> None:
            self.message = doing
            if self.human.take_stop():
                self._heed(Mark.STOP)
            self._poll()

        around = Surroundings(self._ask_human, self._stopped, lambda: self.topics.arm_held, self._await_arm, ask, poll)
        PuckReturn(self.task, around).run(self.pacing, scene.p_base_puck)

    def _await_start(self, episode: ActorEpisode, scene: Scene, stamp: float) -> None:
        self.topics.send_goal(self.task.p_base_goal(scene.goal), stamp)
        if self._config.mode == COLLECT:
            self._wait(self.topics.is_recorded, lambda: "waiting for the recorder to listen on transitions")
        while (mark := self.human.take_mark()) is not None:  # said of the episode before, but for a stop
            self._heed(mark)
        if self._config.mode != COLLECT:
            return
        self.topics.send_episode(EpisodeStatus.WAITING, episode, stamp)
        self._await_mark("waiting for the operator's START on episode/mark")

    def _await_mark(self, why: str) -> None:
        """Until the operator says START, and the arm may move."""
        mark = None
        while mark is not Mark.START:
            self._wait(self.human.has_mark, lambda: why)
            mark = self.human.take_mark()
            self._heed(mark)
            self._await_arm()

    def _limit(self) -> int:
        left = self._config.env_steps - self._steps_made if self._config.env_steps else self.task.horizon
        return min(self.task.horizon, left)

    def _done(self) -> bool:
        """Whether as many episodes or transitions have been made as were asked for."""
        enough_episodes = 0 < self._config.episodes <= self.kept
        return enough_episodes or 0 < self._config.env_steps <= self._steps_made

    @property
    def _steps_made(self) -> int:
        """What a killed actor made and could not deliver counts as made here."""
        return self.acted + self.outbox.inherited

    def _wait(self, condition: Callable[[], bool], why: Callable[[], str]) -> None:
        """Hold the arm still until the condition holds; after a second, say why."""
        since = time.monotonic()
        while not condition():
            if self.human.take_stop():
                self._heed(Mark.STOP)
            if time.monotonic() - since > _SAY_AFTER and why() != self.message:
                self.message = why()
                self._log.info(self.message)
            self.pacing.idle()
            self._poll()
