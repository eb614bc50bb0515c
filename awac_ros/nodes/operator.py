"""The scripted operator: drives the arm through the same topics as a person would."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped, TwistStamped
from rclpy.clock import Clock, ClockType

from awac_msgs.msg import EpisodeMark, EpisodeStatus
from awac_ros.errors import AwacError
from awac_ros.nodes import qos
from awac_ros.nodes.human import Mark
from awac_ros.nodes.messages import orientation, position, seconds, stamp, twist_message
from awac_ros.nodes.observer import PUCK, TIP, Measurement, Moment, Observer
from awac_ros.nodes.parameters import declare, parameter
from awac_ros.nodes.runner import RunnableNode, run
from awac_ros.nodes.scripted_operator import OperatorConfig, ScriptedOperator

_STATE_TIMEOUT = 0.5
_AGAIN_AFTER = 1.0
_BEFORE = 1e-6
_MARKS = {Mark.START: EpisodeMark.START, Mark.SUCCESS: EpisodeMark.SUCCESS}


@dataclass(frozen=True)
class OperatorNodeConfig:
    """The operator's parameters."""

    lockstep: bool = parameter(False, "Answer each state of the simulated arm once, and let the world wait for it.")
    seed: int = parameter(0, "Of the hand's noise, slips and pauses.", low=0, high=2**31 - 1)


class Operator(RunnableNode):
    """Starts every episode that waits, pushes the puck to the goal and marks the success."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("operator", **arguments)
        self.config = declare(self, OperatorNodeConfig())
        self._observer = Observer(_STATE_TIMEOUT)
        self._goal: PoseStamped | None = None
        self._status: EpisodeStatus | None = None
        self._person: ScriptedOperator | None = None
        self._episode: tuple[str, int] | None = None
        self._answered = -1.0
        self._repeat: Callable[[], None] = self._do_nothing
        self._twist = self.create_publisher(TwistStamped, "teleop/twist", qos.COMMAND)
        self._mark = self.create_publisher(EpisodeMark, "episode/mark", qos.EVENTS)
        self.create_subscription(PoseStamped, TIP, lambda message: self._measure(TIP, message), qos.STATE)
        self.create_subscription(PoseStamped, PUCK, lambda message: self._measure(PUCK, message), qos.STATE)
        self.create_subscription(PoseStamped, "goal_pose", self._take_goal, qos.LATCHED)
        self.create_subscription(EpisodeStatus, "episode/status", self._take_status, qos.LATCHED)
        self.create_timer(_AGAIN_AFTER, self._start_again, clock=Clock(clock_type=ClockType.STEADY_TIME))
        if not self.config.lockstep:
            self.create_timer(OperatorConfig.step_time, self._answer_newest)

    def _take_goal(self, message: PoseStamped) -> None:
        self._goal = message
        self._begin()

    def _take_status(self, message: EpisodeStatus) -> None:
        self._status = message
        if message.state == EpisodeStatus.ENDED:
            self._person = None
        self._begin()

    def _begin(self) -> None:
        """Take up an episode once its status and its goal, which carry one stamp, have both come."""
        status, goal = self._status, self._goal
        if status is None or goal is None or status.state == EpisodeStatus.ENDED:
            return
        episode = (status.actor_id, status.episode)
        if episode == self._episode or goal.header.stamp != status.header.stamp:
            return
        self._episode = episode
        self._person = ScriptedOperator(np.random.default_rng([self.config.seed, status.episode]))
        self._answered = seconds(status.header.stamp) - _BEFORE
        self._repeat = self._do_nothing
        if status.state == EpisodeStatus.WAITING:
            self._say(Mark.START, status.header.stamp)
        if self.config.lockstep:
            self._answer_next()

    def _start_again(self) -> None:
        """A START that nobody heard is said again."""
        if self._person is not None and self._status is not None and self._status.state == EpisodeStatus.WAITING:
            self._say(Mark.START, self._status.header.stamp)

    def _measure(self, topic: str, message: PoseStamped) -> None:
        at = seconds(message.header.stamp)
        try:
            self._observer.put(topic, Measurement(at, time.monotonic(), position(message), orientation(message)))
        except AwacError as error:
            self._observer.refuse(topic, str(error))
            return
        if self.config.lockstep and self._person is not None:
            if at == self._answered:
                self._repeat()
            else:
                self._answer_next()

    def _answer_next(self) -> None:
        """Lockstep: one answer to each state; a state that comes again gets the same answer again.

        A state further on than one step is the next scene's, come before the word that this episode has ended.
        """
        moment = self._observer.whole_after(self._answered)
        if moment is not None and moment.stamp - self._answered < 1.5 * OperatorConfig.step_time:
            self._answered = moment.stamp
            self._repeat = self._answer(moment, stamp(moment.stamp))
            self._repeat()

    def _answer_newest(self) -> None:
        """Real time: the dead-man is held as long as the state can be seen."""
        moment = self._observer.newest()
        running = self._status is not None and self._status.state == EpisodeStatus.RUNNING
        if running and moment is not None and self._observer.trouble(time.monotonic()) is None:
            self._answer(moment, self.get_clock().now().to_msg())()

    def _answer(self, moment: Moment, at: Time) -> Callable[[], None]:
        """What the person does about the moment, ready to be said and said again."""
        if self._person is None or self._goal is None:
            return self._do_nothing
        answer = self._person.answer(moment.world.p_base_tip, moment.world.p_base_puck, position(self._goal))
        if isinstance(answer, Mark):
            return lambda: self._say(answer, at)
        message = twist_message(at, answer)
        return lambda: self._twist.publish(message)

    def _say(self, mark: Mark, at: Time) -> None:
        message = EpisodeMark(mark=_MARKS[mark])
        message.header.stamp = at
        self._mark.publish(message)

    def _do_nothing(self) -> None:
        pass


def main() -> None:
    """Entry point."""
    sys.exit(run(Operator))
